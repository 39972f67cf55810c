import * as z from "zod";
import type { MessageParts } from "./record.ts";

/** Any part of a request may be missing or wrong: rejected requests are recorded too, with whatever can be read of them. */
const lenient = <S extends z.ZodType>(schema: S) => schema.optional().catch(undefined);
const mailbox = z.object({ email: z.string(), name: lenient(z.string()) });
const mailboxes = lenient(z.array(lenient(mailbox)));
const strings = lenient(z.record(z.string(), z.unknown()));

const readable = z.looseObject({
  personalizations: lenient(
    z.array(
      lenient(
        z.object({ to: mailboxes, cc: mailboxes, bcc: mailboxes, subject: lenient(z.string()), custom_args: strings, headers: strings }),
      ),
    ),
  ),
  from: lenient(mailbox),
  subject: lenient(z.string()),
  content: lenient(z.array(lenient(z.object({ type: z.string(), value: z.string() })))),
  attachments: lenient(z.array(lenient(z.object({ filename: z.string(), content: z.string(), type: lenient(z.string()) })))),
  headers: strings,
  custom_args: strings,
});

/** The parts of a `POST /v3/mail/send` request, right or wrong. Of several personalizations the first gives subject, headers and delivery. */
export function sendgridParts(body: unknown): MessageParts {
  const parsed = readable.safeParse(body);
  if (!parsed.success) return { from: "", to: [], subject: "", headers: [], attachments: [], request: body };
  const mail = parsed.data;
  const people = (mail.personalizations ?? []).filter((one) => one !== undefined);
  const [first] = people;
  const recipients = people.flatMap(({ to = [], cc = [], bcc = [] }) => [...to, ...cc, ...bcc]);
  const headers = Object.entries({ ...mail.headers, ...first?.headers }).map(([name, value]) => [name, String(value)] as const);
  const html = contentOf(mail, "text/html");
  const text = contentOf(mail, "text/plain");
  const deliveryId = first?.custom_args?.["delivery"] ?? mail.custom_args?.["delivery"] ?? headerOf(headers, "x-busbar-delivery");
  const { content: _content, attachments: _attachments, ...request } = body as Record<string, unknown>;
  return {
    from: mail.from ? mailboxText(mail.from) : "",
    to: recipients.flatMap((one) => (one ? [one.email] : [])),
    subject: first?.subject ?? mail.subject ?? "",
    ...(html === undefined ? {} : { html }),
    ...(text === undefined ? {} : { text }),
    headers,
    attachments: (mail.attachments ?? []).flatMap((one) =>
      one
        ? [{ filename: one.filename, type: one.type ?? "application/octet-stream", bytes: Buffer.byteLength(one.content, "base64") }]
        : [],
    ),
    ...(typeof deliveryId === "string" ? { deliveryId } : {}),
    request,
  };
}

function contentOf({ content = [] }: z.output<typeof readable>, type: string): string | undefined {
  return content.find((one) => one?.type.toLowerCase() === type)?.value;
}

function headerOf(headers: MessageParts["headers"], name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

function mailboxText({ email, name }: z.output<typeof mailbox>): string {
  return name === undefined || name === "" ? email : `${name} <${email}>`;
}
