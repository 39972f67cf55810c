import { createPrivateKey, type KeyObject, sign } from "node:crypto";

/** Of the key file of a service account, what sending needs. */
export interface FcmServiceAccount {
  readonly project_id: string;
  readonly client_email: string;
  /** PEM. */
  readonly private_key: string;
}

/** The same, read. */
export interface FcmAccount {
  readonly project: string;
  readonly email: string;
  /** Signs a text with the account's key (RS256), in base64url. */
  readonly sign: (text: string) => string;
}

/**
 * What keeps a service account from being used, one sentence each. No value is repeated: it holds a private key.
 * @param word what the problems call it; by default as the options do
 */
export function fcmProblems(serviceAccount: unknown, word = "serviceAccount"): string[] {
  const read = fcmAccount(serviceAccount, word);
  return "problems" in read ? read.problems : [];
}

export function fcmAccount(serviceAccount: unknown, word = "serviceAccount"): FcmAccount | { readonly problems: string[] } {
  const given = typeof serviceAccount === "string" ? parsed(serviceAccount) : serviceAccount;
  if (typeof given !== "object" || given === null)
    return { problems: [`${word}: must be the JSON of a service account's key file, of Firebase: Project settings, Service accounts`] };
  const { project_id: project, client_email: email, private_key: pem } = given as Partial<Record<keyof FcmServiceAccount, unknown>>;
  const problems: string[] = [];
  const check = (field: keyof FcmServiceAccount, right: boolean, problem: string): void => {
    if (!right) problems.push(`${word}: ${field} ${problem}: give the key file as it was downloaded`);
  };
  check("project_id", typeof project === "string" && /^[\w.:-]{1,100}$/.test(project), "is missing or no id of a project");
  check("client_email", typeof email === "string" && /^[^\s@]+@[^\s@]+$/.test(email), "is missing or no e-mail address");
  const key = typeof pem === "string" ? rsaKey(pem) : undefined;
  check("private_key", key !== undefined, "is missing or no private RSA key in PEM");
  return problems.length > 0
    ? { problems }
    : {
        project: project as string,
        email: email as string,
        sign: (text) => sign("RSA-SHA256", Buffer.from(text), key!).toString("base64url"),
      };
}

/** The error of a JSON that is none shows what it holds, so it is not handed on. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function rsaKey(pem: string): KeyObject | undefined {
  try {
    // A file that went through an environment often has its line breaks as two characters.
    const key = createPrivateKey(pem.replaceAll("\\n", "\n"));
    return key.asymmetricKeyType === "rsa" ? key : undefined;
  } catch {
    return undefined;
  }
}
