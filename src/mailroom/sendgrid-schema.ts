import * as z from "zod";

const address = z.object({
  email: z.email("Does not contain a valid address.").max(320, "The email exceeds the maximum total length of 320 characters."),
  name: z.string().optional(),
});
const addresses = z.array(address).max(1_000);
const oneLine = z.string().regex(/^[^;,\r\n]*$/, "Cannot contain ';', ',' or CRLF characters.");
const typeName = oneLine.min(1);
const strings = z.record(z.string(), z.string("All values must be strings."));
const anyObject = z.record(z.string(), z.unknown());
const subject = z.string().min(1, "The subject of your email must be a string at least one character in length.");
const sendAt = z.int("The send_at parameter is expecting a Unix timestamp as an integer.");
const toggle = z.object({ enable: z.boolean().optional() });

const reservedHeaders = new Set(
  "x-sg-id x-sg-eid received dkim-signature content-type content-transfer-encoding to from subject reply-to cc bcc".split(" "),
);
const headers = strings.superRefine((given, context) => {
  for (const name of Object.keys(given)) {
    const issue = (message: string): void => context.addIssue({ code: "custom", message, path: [name] });
    if (!/^[\x21-\x7e]+$/.test(name)) issue("Header keys cannot contain non-ASCII characters or empty spaces.");
    if (reservedHeaders.has(name.toLowerCase())) issue("Header cannot be one of the reserved keys.");
  }
  const names = Object.keys(given).map((name) => name.toLowerCase());
  if (new Set(names).size < names.length) context.addIssue({ code: "custom", message: "The headers cannot contain duplicate keys." });
});

const personalization = z.object({
  from: address.optional(),
  to: addresses.min(1, "The to array is required for all personalization objects, and must have at least one email object."),
  cc: addresses.optional(),
  bcc: addresses.optional(),
  subject: subject.optional(),
  headers: headers.optional(),
  substitutions: strings.refine((given) => Object.keys(given).length <= 10_000, "You are limited to 10,000 substitutions.").optional(),
  dynamic_template_data: anyObject.optional(),
  custom_args: strings.optional(),
  send_at: sendAt.optional(),
});

const attachment = z.object({
  content: z
    .string()
    .min(1, "The attachment content must be a string at least one character in length.")
    .refine(isBase64, "The attachment content must be base64 encoded."),
  filename: oneLine,
  type: typeName.optional(),
  disposition: z.enum(["inline", "attachment"]).optional(),
  content_id: z
    .string()
    .regex(/^[^;,\r\n]*$/, "The content ID of your attachment cannot contain CRLF characters.")
    .optional(),
});

/**
 * The shape of what `POST /v3/mail/send` takes, each part for itself; the rules between parts are in sendgrid-rules.ts.
 * Sources: the vendor's OpenAPI file for shapes and sizes, its page "Mail Send errors" for what a schema does not say (reserved
 * headers, ASCII categories, characters of types and file names). Messages are the vendor's where known. Unknown keys are allowed.
 */
export const mailSend = z.object({
  personalizations: z
    .array(personalization)
    .min(1, "The personalizations field is required and must have at least one personalization.")
    .max(1_000, "The personalization block is limited to 1000 personalizations per API request."),
  from: address,
  reply_to: address.optional(),
  reply_to_list: addresses.optional(),
  subject: subject.optional(),
  content: z
    .array(z.object({ type: typeName, value: z.string().min(1, "The content value must be a string at least one character in length.") }))
    .optional(),
  attachments: z.array(attachment).optional(),
  template_id: z.string().optional(),
  headers: headers.optional(),
  categories: z
    .array(
      z
        .string()
        .max(255)
        .regex(/^\p{ASCII}*$/u, "Categories can not contain non-ASCII characters."),
    )
    .max(10)
    .optional(),
  custom_args: strings.optional(),
  send_at: sendAt.optional(),
  batch_id: z.string().optional(),
  asm: z.object({ group_id: z.int(), groups_to_display: z.array(z.int()).max(25).optional() }).optional(),
  ip_pool_name: z.string().min(2).max(64).optional(),
  mail_settings: z
    .object({
      bypass_list_management: toggle.optional(),
      bypass_spam_management: toggle.optional(),
      bypass_bounce_management: toggle.optional(),
      bypass_unsubscribe_management: toggle.optional(),
      footer: toggle.extend({ text: z.string().optional(), html: z.string().optional() }).optional(),
      sandbox_mode: toggle.optional(),
    })
    .optional(),
  tracking_settings: z
    .object({
      click_tracking: toggle.extend({ enable_text: z.boolean().optional() }).optional(),
      open_tracking: toggle.extend({ substitution_tag: z.string().optional() }).optional(),
      subscription_tracking: toggle
        .extend({ text: z.string().optional(), html: z.string().optional(), substitution_tag: z.string().optional() })
        .optional(),
      ganalytics: toggle
        .extend({
          utm_source: z.string().optional(),
          utm_medium: z.string().optional(),
          utm_term: z.string().optional(),
          utm_content: z.string().optional(),
          utm_campaign: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
});

export type MailSend = z.output<typeof mailSend>;

function isBase64(content: string): boolean {
  return /^[A-Za-z0-9+/\r\n]*={0,2}$/.test(content.trimEnd());
}
