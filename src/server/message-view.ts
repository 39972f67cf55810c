import { smsSegments } from "../channels/sms-segments.ts";
import type { MailRecord } from "../mailroom/record.ts";

/** What a push shows on the device. */
export interface PushView {
  readonly title?: string;
  readonly body?: string;
  /** What a tap opens. */
  readonly link?: string;
}

/** The approved template of a WhatsApp message, and what was put into it. */
export interface TemplateView {
  readonly template?: string;
  /** Such as `en_IN`; some vendors know the template's id alone. */
  readonly language?: string;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
}

/** What people look at of a message: all of it but the HTML, which has an address of its own. Pure. */
export function messageView({ html, ...record }: MailRecord) {
  const { channel, text } = record;
  return {
    ...record,
    ...(channel === "sms" ? { cost: smsSegments(text ?? "") } : {}),
    ...(channel === "push" ? { push: pushView(record) } : {}),
    ...(channel === "whatsapp" ? { whatsapp: templateView(record.request) } : {}),
    hasHtml: html !== undefined,
    remotePictures: html !== undefined && /<img\b[^>]*\bsrc\s*=\s*["']?https?:/i.test(html),
  };
}

type Path = readonly (string | number)[];

/** Where vendors have what a tap opens: an own `data` as busbar's adapters fill it, else FCM's field for browsers. */
const linkPaths: readonly Path[] = [["message", "data", "link"], ["data", "link"], ["link"], ["message", "webpush", "fcm_options", "link"]];
const titlePaths: readonly Path[] = [["message", "notification", "title"], ["title"]];
const bodyPaths: readonly Path[] = [["message", "notification", "body"], ["body"]];

function pushView({ subject, text, request }: Pick<MailRecord, "subject" | "text" | "request">): PushView {
  const [title, body, link] = [
    subject ?? firstText(request, titlePaths),
    text ?? firstText(request, bodyPaths),
    firstText(request, linkPaths),
  ];
  return {
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body }),
    ...(link === undefined ? {} : { link }),
  };
}

/**
 * Where vendors have the template's name and language. Sources: Meta's page "Template messages" (`template`), Twilio's Content API
 * (`ContentSid`, which knows its language itself).
 */
const templatePaths: readonly Path[] = [["template", "name"], ["ContentSid"]];
const languagePaths: readonly Path[] = [["template", "language", "code"]];

function templateView(request: unknown): TemplateView {
  const [template, language] = [firstText(request, templatePaths), firstText(request, languagePaths)];
  return {
    ...(template === undefined ? {} : { template }),
    ...(language === undefined ? {} : { language }),
    parameters: [
      ...componentParameters(valueAt(request, ["template", "components"])),
      ...variables(valueAt(request, ["ContentVariables"])),
    ],
  };
}

/** Meta's: by their names, else by their places; those of a button or header with its type. */
function componentParameters(components: unknown): TemplateView["parameters"] {
  return listOf(components).flatMap((component) => {
    const type = valueAt(component, ["type"]);
    const part = type === "body" || typeof type !== "string" ? "" : `${type} `;
    return listOf(valueAt(component, ["parameters"])).map((parameter, index) => ({
      name: `${part}${firstText(parameter, [["parameter_name"]]) ?? index + 1}`,
      value: firstText(parameter, [["text"], ["payload"]]) ?? JSON.stringify(parameter),
    }));
  });
}

/** Twilio's: a JSON text of values by name. */
function variables(json: unknown): TemplateView["parameters"] {
  try {
    const values: unknown = JSON.parse(typeof json === "string" ? json : "{}");
    return Object.entries(values ?? {}).map(([name, value]) => ({
      name,
      value: typeof value === "string" ? value : JSON.stringify(value),
    }));
  } catch {
    return [];
  }
}

function firstText(value: unknown, paths: readonly Path[]): string | undefined {
  return paths.map((path) => valueAt(value, path)).find((found) => typeof found === "string" && found !== "") as string | undefined;
}

function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Readonly<Record<string | number, unknown>>)[step];
  }
  return found;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
