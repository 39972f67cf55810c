/**
 * Whether an address is the one that is meant, however a vendor spells it: case does not matter, `whatsapp:` and the `+` of a number
 * may be missing, and a browser's subscription is its endpoint. `@example.in` means every mailbox there. Pure.
 */
export function isRecipient(meant: string, address: string): boolean {
  const given = spelling(address);
  if (meant.startsWith("@")) return given.endsWith(meant.toLowerCase());
  return spelling(meant) === given;
}

function spelling(address: string): string {
  const plain = address.trim().replace(/^whatsapp:/i, "");
  if (/^\+?\d{7,15}$/.test(plain)) return plain.replace("+", "");
  if (!plain.startsWith("{")) return plain.toLowerCase();
  return (endpointOf(plain) ?? plain).toLowerCase();
}

function endpointOf(subscription: string): string | undefined {
  try {
    const { endpoint } = JSON.parse(subscription) as { endpoint?: unknown };
    return typeof endpoint === "string" ? endpoint : undefined;
  } catch {
    return undefined;
  }
}
