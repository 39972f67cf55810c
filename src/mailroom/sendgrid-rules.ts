import { mailSend, type MailSend } from "./sendgrid-schema.ts";

/** One error of the vendor's error shape, `{ "errors": [...] }`. */
export interface SendGridError {
  readonly message: string;
  /** Dotted path into the request, such as `personalizations.0.to.0.email`. */
  readonly field: string | null;
  readonly help: string | null;
}

/** The largest request, attachments included: 30 MB. */
export const sendgridMaxBytes = 30 * 1024 * 1024;

/** 72 hours in seconds: how far ahead `send_at` may lie. */
const maxScheduleSeconds = 72 * 3_600;

/**
 * Everything wrong with a request's JSON, in the vendor's shape; none means that it is accepted.
 * @param now milliseconds since 1970, for `send_at`
 */
export function mailSendErrors(body: unknown, now: number): SendGridError[] {
  const parsed = mailSend.safeParse(body);
  if (!parsed.success) return parsed.error.issues.map(({ message, path }) => sendGridError(message, path.join(".")));
  return [...recipientErrors(parsed.data), ...contentErrors(parsed.data), ...limitErrors(parsed.data, now)];
}

export function sendGridError(message: string, field: string | null = null): SendGridError {
  return { message, field: field === "" ? null : field, help: null };
}

function recipientErrors({ personalizations, reply_to, reply_to_list }: MailSend): SendGridError[] {
  const errors: SendGridError[] = [];
  let total = 0;
  for (const [index, { to, cc = [], bcc = [] }] of personalizations.entries()) {
    total += to.length + cc.length + bcc.length;
    const seen = new Set<string>();
    for (const [field, list] of Object.entries({ to, cc, bcc })) {
      const repeated = list.find(({ email }) => {
        const known = seen.has(email.toLowerCase());
        seen.add(email.toLowerCase());
        return known;
      });
      if (!repeated) continue;
      const where = `personalizations.${index}.${field}`;
      errors.push(
        sendGridError(
          `Each email address in the personalization block should be unique between to, cc, and bcc. We found the first duplicate instance of [${repeated.email}] in the ${where} field.`,
          where,
        ),
      );
      break;
    }
  }
  if (total > 1_000)
    errors.push(sendGridError("There is a limit of 1000 total recipients (to + cc + bcc) per request.", "personalizations"));
  if (reply_to && reply_to_list) errors.push(sendGridError("Use either reply_to or reply_to_list, not both.", "reply_to_list"));
  if (reply_to_list && !areUnique(reply_to_list.map(({ email, name }) => JSON.stringify([email, name]))))
    errors.push(sendGridError("Each email address in reply_to_list should be unique.", "reply_to_list"));
  return errors;
}

function contentErrors({ content = [], subject: common, template_id, personalizations }: MailSend): SendGridError[] {
  if (template_id !== undefined) return orderErrors(content);
  const errors: SendGridError[] = [];
  if (common === undefined && personalizations.some((one) => one.subject === undefined))
    errors.push(
      sendGridError(
        "The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.",
        "subject",
      ),
    );
  if (content.length === 0)
    errors.push(
      sendGridError(
        "Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block.",
        "content",
      ),
    );
  return [...errors, ...orderErrors(content)];
}

function orderErrors(content: NonNullable<MailSend["content"]>): SendGridError[] {
  const ranks = content.map(({ type }) => ["text/plain", "text/html"].indexOf(type.toLowerCase())).map((rank) => (rank < 0 ? 2 : rank));
  const errors: SendGridError[] = [];
  if (ranks.some((rank, index) => index > 0 && rank < ranks[index - 1]!))
    errors.push(sendGridError("If present, text/plain must be first, followed by text/html, followed by any other content.", "content"));
  if (!areUnique(ranks.filter((rank) => rank < 2)))
    errors.push(sendGridError("If present, text/plain and text/html may only be provided once.", "content"));
  return errors;
}

function limitErrors({ personalizations, custom_args = {}, categories = [], send_at }: MailSend, now: number): SendGridError[] {
  const errors: SendGridError[] = [];
  if (!areUnique(categories)) errors.push(sendGridError("The categories must be a unique list.", "categories"));
  const checkSchedule = (at: number | undefined, field: string): void => {
    if (at !== undefined && at > now / 1_000 + maxScheduleSeconds)
      errors.push(sendGridError("Scheduling more than 72 hours in advance is forbidden.", field));
  };
  checkSchedule(send_at, "send_at");
  for (const [index, one] of personalizations.entries()) {
    checkSchedule(one.send_at, `personalizations.${index}.send_at`);
    if (Buffer.byteLength(JSON.stringify({ ...custom_args, ...one.custom_args })) > 10_000)
      errors.push(
        sendGridError(
          "The combined size of both global and personalization custom arguments may not exceed 10,000 bytes.",
          `personalizations.${index}.custom_args`,
        ),
      );
  }
  return errors;
}

function areUnique(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}
