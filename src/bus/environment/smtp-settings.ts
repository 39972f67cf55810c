import type { EmailOptions } from "../channels-options.ts";

type Smtp = NonNullable<EmailOptions["smtp"]>;

/** An SMTP server in parts. */
export interface SmtpParts {
  readonly SMTP_HOST?: string | undefined;
  readonly SMTP_PORT?: number | undefined;
  readonly SMTP_USER?: string | undefined;
  readonly SMTP_PASSWORD?: string | undefined;
  readonly SMTP_SECURE?: boolean | undefined;
}

const partNames = ["SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD", "SMTP_SECURE"] as const;

/** What is wrong with the variables of SMTP, as they were written. Pure. */
export function smtpProblems(given: Readonly<Record<string, string | undefined>>): readonly string[] {
  const parts = partNames.filter((name) => given[name] !== undefined);
  if (parts.length === 0) return [];
  if (given["SMTP_URL"] !== undefined)
    return [`SMTP_URL and ${parts.join(", ")} are both set: keep the URL, which can say all of it, or the parts`];
  if (given["SMTP_HOST"] === undefined) return [`${parts.join(", ")}: set SMTP_HOST too, or SMTP_URL in place of both`];
  const problems = /^[\w.-]+$|^[\da-f:.]+$/i.test(given["SMTP_HOST"])
    ? []
    : ["SMTP_HOST: must be a host's name or address alone, such as smtp.example.com"];
  if (given["SMTP_PASSWORD"] !== undefined && given["SMTP_USER"] === undefined) problems.push("SMTP_PASSWORD: set SMTP_USER too");
  return problems;
}

/** The server that the URL or the parts name. Pure. */
export function smtpOf({ SMTP_URL: url, ...parts }: SmtpParts & { readonly SMTP_URL?: string | undefined }): Smtp | undefined {
  if (url !== undefined) return ofUrl(new URL(url));
  const { SMTP_HOST: host, SMTP_PORT: port, SMTP_USER: user, SMTP_PASSWORD: password, SMTP_SECURE: secure } = parts;
  if (host === undefined) return undefined;
  return {
    host,
    port: port ?? (secure === true ? 465 : 587),
    ...(secure === undefined ? {} : { secure }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  };
}

function ofUrl(url: URL): Smtp {
  const secure = url.protocol === "smtps:";
  return {
    host: url.hostname,
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    ...(secure ? { secure } : {}),
    ...(url.username === "" ? {} : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
  };
}
