import { readFileSync } from "node:fs";
import { messageOf } from "../../base/errors.ts";

/** The variables that hold secrets. Each may be given as a file: `SMTP_PASSWORD_FILE` names the file that holds `SMTP_PASSWORD`. */
export const secretVariables: readonly string[] = [
  "REDIS_URL",
  "REDIS_PASSWORD",
  "INDEX_SECRET",
  "BUSBAR_KEYS",
  "OUTBOX_DATABASE_URL",
  "BUSBAR_KEY",
  "SENDGRID_API_KEY",
  "SMTP_URL",
  "SMTP_PASSWORD",
  "TWILIO_AUTH_TOKEN",
  "TWILIO_API_SECRET",
  "MSG91_AUTH_KEY",
  "META_ACCESS_TOKEN",
  "FCM_SERVICE_ACCOUNT",
  "EXPO_ACCESS_TOKEN",
  "VAPID_PRIVATE_KEY",
  "WEBHOOK_SECRETS",
  "META_APP_SECRET",
  "META_VERIFY_TOKEN",
  "MSG91_CALLBACK_SECRET",
  "LINK_SECRET",
];

export interface WithSecrets {
  /** The environment, with the contents of the files in it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly problems: readonly string[];
}

/**
 * Reads the files that an environment names in place of secrets, as Docker and Kubernetes mount them. One line break at the end is no
 * part of a secret. What a file holds is never repeated.
 */
export function readSecretFiles(env: Readonly<Record<string, string | undefined>>): WithSecrets {
  const problems: string[] = [];
  const read = secretVariables.flatMap((name) => {
    const file = env[`${name}_FILE`] ?? "";
    if (file === "") return [];
    if ((env[name] ?? "") !== "") {
      problems.push(`${name} and ${name}_FILE are both set: keep one of them`);
      return [];
    }
    try {
      const secret = readFileSync(file, "utf8").replace(/\r?\n$/, "");
      if (secret === "") problems.push(`${name}_FILE: ${JSON.stringify(file)} is empty`);
      return [[name, secret] as const];
    } catch (error) {
      problems.push(`${name}_FILE: ${JSON.stringify(file)} cannot be read (${codeOf(error)})`);
      return [];
    }
  });
  return { env: { ...env, ...Object.fromEntries(read) }, problems };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? messageOf(error);
}
