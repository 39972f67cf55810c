import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** Whose wishes a link is about. */
export interface LinkSubject {
  /** An e-mail address. */
  readonly address: string;
  /** The category of the message that the link came with; undefined for what is transactional. */
  readonly category: string | undefined;
}

/** Puts a subject into a text that only we can make, and only we can read. */
export interface LinkTokens {
  /** The same subject has the same token each time. */
  sign(subject: LinkSubject): string;
  /** Undefined for everything that `sign` did not make with one of the secrets. */
  read(token: string): LinkSubject | undefined;
}

const version = 1;
/** Bytes. */
const tagLength = 16;
/** Characters: an address has 254 at most and a category 128. */
const longestToken = 600;

/**
 * The tokens of an application's links. A token is base64url of: the version, one byte; the first 16 bytes of the HMAC-SHA-256 of the
 * plain text; the plain text, encrypted by AES-256-CTR with these 16 bytes as its first counter (the SIV construction: one step that
 * both seals and hides). The plain text is the category, a line break and the address. Both keys are derived from the secret and the
 * application's name, so that no application takes the links of another one. An address in a link would stand in every log on its way.
 * @param secrets the first one signs, all are taken: a link stays good while its secret is among them
 */
export function linkTokens(secrets: readonly string[], application: string): LinkTokens {
  const keys = secrets.map((secret) => keysOf(secret, application));
  return {
    sign({ address, category = "" }) {
      const [newest] = keys;
      if (newest === undefined) throw new Error("no secret to sign links with");
      const text = Buffer.from(`${category}\n${address}`);
      const tag = tagOf(newest, text);
      const cipher = createCipheriv("aes-256-ctr", newest.cipher, tag);
      return Buffer.concat([Buffer.of(version), tag, cipher.update(text), cipher.final()]).toString("base64url");
    },

    read(token) {
      if (token.length > longestToken) return undefined;
      const bytes = Buffer.from(token, "base64url");
      // Node skips what is no base64url: one token has one spelling.
      if (bytes.toString("base64url") !== token || bytes.length <= 1 + tagLength || bytes[0] !== version) return undefined;
      const [tag, hidden] = [bytes.subarray(1, 1 + tagLength), bytes.subarray(1 + tagLength)];
      for (const key of keys) {
        const decipher = createDecipheriv("aes-256-ctr", key.cipher, tag);
        const text = Buffer.concat([decipher.update(hidden), decipher.final()]);
        if (timingSafeEqual(tagOf(key, text), tag)) return subjectOf(text.toString());
      }
      return undefined;
    },
  };
}

interface Keys {
  readonly seal: Buffer;
  readonly cipher: Buffer;
}

function keysOf(secret: string, application: string): Keys {
  const bytes = Buffer.from(hkdfSync("sha256", secret, "", `busbar links ${version} ${application}`, 64));
  return { seal: bytes.subarray(0, 32), cipher: bytes.subarray(32) };
}

function tagOf({ seal }: Keys, text: Buffer): Buffer {
  return createHmac("sha256", seal).update(text).digest().subarray(0, tagLength);
}

function subjectOf(text: string): LinkSubject {
  const at = text.indexOf("\n");
  return { address: text.slice(at + 1), category: at === 0 ? undefined : text.slice(0, at) };
}
