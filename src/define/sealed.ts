/**
 * A value that is encrypted where it stands in a payload, as the log keeps it (docs/redis-layout.md): one text, {@link firstSealed}. Values that were
 * sealed together have one initialisation vector and are numbered; the first one has the ciphertext of all.
 */
export interface SealedField {
  readonly $enc: string | SealedBefore;
}

/** What a sealed field says. */
export interface Sealed {
  /** The key: one of the ring, or `subject.<hash>.<number>` of a person; of the first. */
  readonly kid?: string;
  /** Base64url, and so is the ciphertext, which ends with the tag. */
  readonly iv: string;
  readonly ct?: string;
  /** Its number among those that were sealed together; absent where it is alone, or the first. */
  readonly n?: number;
  /** Of one that waits for the key of its subject: who that is, hashed. */
  readonly sub?: string;
  /** It was written as {@link SealedBefore}: of several, each has a piece of the ciphertext. */
  readonly inPieces?: true;
}

/** How fields were written before they were texts. Their pieces of ciphertext make one, in their order, of the JSONs one behind the other. */
interface SealedBefore extends Pick<Sealed, "kid" | "iv" | "n" | "sub"> {
  readonly ct: string;
}

/** `<key>:<iv>:<ciphertext>`, with `:<subject's hash>` behind it where it waits for the key of its subject. */
export const firstSealed = ({
  kid,
  iv,
  ct,
  sub,
}: {
  readonly kid: string;
  readonly iv: string;
  readonly ct: string;
  readonly sub?: string | undefined;
}): string => (sub === undefined ? `${kid}:${iv}:${ct}` : `${kid}:${iv}:${ct}:${sub}`);

/** Of those sealed together, all but the first: `<iv>:<number>`. */
export const laterSealed = (iv: string, n: number): string => `${iv}:${n}`;

/** What a sealed field says. Pure. */
export function readSealed({ $enc }: SealedField): Sealed {
  if (typeof $enc !== "string") return { ...$enc, inPieces: true };
  const [first = "", second = "", ct, sub] = $enc.split(":");
  if (ct === undefined) return { iv: first, n: Number(second) };
  return { kid: first, iv: second, ct, ...(sub === undefined ? {} : { sub }) };
}

/** A secret on its way from the log to the worker that opens it. */
export interface SealedSecret {
  readonly kid: string;
  readonly ct: string;
  /** Where the event has it, with dots. */
  readonly path: string;
}

/** The secrets of an event or a delivery, by their stand-ins. */
export type SealedSecrets = Readonly<Record<string, SealedSecret>>;

export function isSealedField(value: unknown): value is SealedField {
  if (typeof value !== "object" || value === null || !("$enc" in value)) return false;
  const sealed = value.$enc;
  if (typeof sealed === "string") return true;
  const { iv, ct } = (sealed ?? {}) as Partial<SealedBefore>;
  return typeof iv === "string" && typeof ct === "string";
}

const standInPrefix = "busbar-sealed:";

/**
 * What stands for a secret while it is planned. It is as random as the initialisation vector that it holds, so that nobody can put one into a
 * payload; and it holds one character that addresses encode, so that `encodeURIComponent` of it can be told from itself.
 */
export const standInOf = (iv: string): string => `${standInPrefix}${iv}`;
export const ivOf = (standIn: string): string => standIn.slice(standInPrefix.length);

/** True where a text holds a stand-in, or what code has made of one. */
export function holdsStandIn(text: string): boolean {
  return /busbar-sealed/i.test(text);
}

/** Those of the secrets that stand somewhere in a value; undefined: none. Pure. */
export function secretsIn(secrets: SealedSecrets | undefined, value: unknown): SealedSecrets | undefined {
  if (secrets === undefined) return undefined;
  const text = JSON.stringify(value) ?? "";
  const used = Object.entries(secrets).filter(([standIn]) => text.includes(standIn) || text.includes(encodeURIComponent(standIn)));
  return used.length === 0 ? undefined : Object.fromEntries(used);
}

/** The paths of texts in which code has changed a stand-in or left a piece of one, so that nobody can open it any more. Pure. */
export function spoiltStandIns(secrets: SealedSecrets, value: unknown): readonly string[] {
  const pieces = piecesOf(secrets);
  return textsIn(value).flatMap(({ path, text }) => {
    const left = without(text, secrets);
    const isSpoilt =
      holdsStandIn(left) || isBeginning(left) || (left.length >= pieceLength && pieces.some((piece) => left.includes(piece)));
    return isSpoilt ? [path] : [];
  });
}

/** So many random characters stand in no other text by chance. */
const pieceLength = 6;

/** The pieces of stand-ins that are random: those of its beginning, such as `sealed`, are words of other texts too. */
function piecesOf(secrets: SealedSecrets): readonly string[] {
  return Object.keys(secrets).flatMap((standIn) => {
    const iv = ivOf(standIn);
    return Array.from({ length: Math.max(0, iv.length - pieceLength + 1) }, (_, at) => iv.slice(at, at + pieceLength));
  });
}

const isBeginning = (text: string): boolean => text.length >= pieceLength && standInPrefix.startsWith(text);

function without(text: string, secrets: SealedSecrets): string {
  return Object.keys(secrets).reduce((left, standIn) => left.replaceAll(standIn, "").replaceAll(encodeURIComponent(standIn), ""), text);
}

function textsIn(value: unknown, path = ""): { readonly path: string; readonly text: string }[] {
  if (typeof value === "string") return [{ path: path === "" ? "data" : path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => textsIn(below, path === "" ? key : `${path}.${key}`));
}

/** The value with something else in the place of each stand-in, wherever in its texts it stands. Pure, as far as `clear` is. */
export function replaceStandIns(value: unknown, secrets: SealedSecrets, clear: (standIn: string) => string): unknown {
  if (typeof value === "string") {
    return Object.keys(secrets).reduce((text, standIn) => {
      const encoded = encodeURIComponent(standIn);
      const open = text.includes(standIn) ? text.replaceAll(standIn, () => clear(standIn)) : text;
      return open.includes(encoded) ? open.replaceAll(encoded, () => encodeURIComponent(clear(standIn))) : open;
    }, value);
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => replaceStandIns(element, secrets, clear));
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, replaceStandIns(below, secrets, clear)]));
}
