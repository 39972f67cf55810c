/** Signs what goes to the mailroom. It is no secret: everybody who has busbar has it. */
export const mailroomSecret = "whsec_bWFpbHJvb20tb25seS1ub3QtYS1zZWNyZXQh";

const fewestBytes = 24;
const mostBytes = 64;

/** Everything that keeps secrets from being used, one sentence each; the secrets themselves are not repeated. */
export function webhookSecretProblems(secrets: readonly string[], place: string): string[] {
  return secrets.flatMap((secret, index) => {
    const bytes = typeof secret === "string" ? /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret.trim())?.[1] : undefined;
    const size = bytes === undefined || bytes.length % 4 !== 0 ? 0 : Buffer.from(bytes, "base64").length;
    if (size >= fewestBytes && size <= mostBytes) return [];
    return `${place}: secret ${index + 1} must be "whsec_" and ${fewestBytes} to ${mostBytes} random bytes in base64: echo whsec_$(openssl rand -base64 32)`;
  });
}
