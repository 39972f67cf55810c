import { createECDH } from "node:crypto";

/** Who sends to browsers, as their push services are told (VAPID, RFC 8292). */
export interface VapidKeys {
  /** Whom a push service turns to: `mailto:` and an address, or a page with `https:`. */
  readonly subject: string;
  /** 65 bytes in base64url: what the page gives the browser as `applicationServerKey`. A browser's subscription holds for this key alone. */
  readonly publicKey: string;
  /** 32 bytes in base64url. */
  readonly privateKey: string;
}

const optionWords: Readonly<Record<keyof VapidKeys, string>> = {
  subject: "subject",
  publicKey: "publicKey",
  privateKey: "privateKey",
};

/**
 * What keeps keys from being used, one sentence each. No value is repeated: it may be a secret in the wrong place.
 * @param words what the problems call the parts; by default as the options do
 */
export function webPushProblems({ subject, publicKey, privateKey }: Partial<VapidKeys>, words = optionWords): string[] {
  const problems: string[] = [];
  const check = (word: keyof VapidKeys, right: boolean, problem: string): void => {
    if (!right) problems.push(`${words[word]}: ${problem}`);
  };
  check("subject", isSubject(subject), "must be mailto: and an e-mail address, or the https:// address of a page that is not of localhost");
  const [right, secret] = [hasBytes(publicKey, 65), hasBytes(privateKey, 32)];
  check("publicKey", right, "must be the public key of VAPID: 65 bytes in base64url");
  check("privateKey", secret, "must be the private key of VAPID: 32 bytes in base64url");
  if (right && secret && publicKeyOf(privateKey as string) !== publicKey)
    problems.push(`${words.publicKey} and ${words.privateKey}: are not of one pair`);
  return problems;
}

/** A new pair. Whoever changes it loses the subscriptions that were made with the old one. */
export function newVapidKeys(): Pick<VapidKeys, "publicKey" | "privateKey"> {
  const pair = createECDH("prime256v1");
  const publicKey = pair.generateKeys().toString("base64url");
  // A key that begins with zeros is given shorter than it is.
  const privateKey = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()])
    .subarray(-32)
    .toString("base64url");
  return { publicKey, privateKey };
}

/** Apple refuses what is of localhost, and addresses with a space. */
function isSubject(text: unknown): boolean {
  if (typeof text !== "string") return false;
  if (text.startsWith("mailto:")) return /^mailto:[^\s@]+@[^\s@]+$/.test(text);
  const url = URL.parse(text);
  return url !== null && url.protocol === "https:" && url.hostname !== "localhost" && !/\s/.test(text);
}

function hasBytes(text: unknown, bytes: number): boolean {
  return typeof text === "string" && /^[\w-]+$/.test(text) && Buffer.from(text, "base64url").length === bytes;
}

function publicKeyOf(privateKey: string): string | undefined {
  const pair = createECDH("prime256v1");
  try {
    pair.setPrivateKey(Buffer.from(privateKey, "base64url"));
  } catch {
    return undefined;
  }
  return pair.getPublicKey().toString("base64url");
}
