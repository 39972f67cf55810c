import type { PublishOptions } from "../define/publish.ts";
import { isObject, mediaType, parseJson } from "./body.ts";
import { HttpProblem } from "./problem.ts";

/** One event that is to be published. */
export interface ToPublish {
  readonly topic: string;
  readonly payload: unknown;
  readonly options: PublishOptions;
}

/** The attributes and extensions that become options of the publish. */
const optionOf: Readonly<Record<string, keyof PublishOptions>> = {
  id: "id",
  partitionkey: "key",
  correlationid: "correlationId",
  causationid: "causationId",
  idempotencykey: "idempotencyKey",
  priority: "priority",
  delay: "delay",
  deliverat: "deliverAt",
  expiresin: "expiresIn",
};
const required = ["specversion", "id", "source", "type"] as const;
/** RFC 3339, as CloudEvents asks. */
const timestamp = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * What is published of a CloudEvent 1.0 in the JSON format (CloudEvents 1.0.2, "JSON Event Format"). The log's event has a source and a
 * time of its own; other attributes and extensions are checked and not kept.
 * @param topic where the address names one, the event's type must be the same
 * @throws HttpProblem `INVALID_CLOUD_EVENT` with everything that is wrong, or `CONTRADICTION`
 */
export function fromCloudEvent(event: unknown, topic: string | undefined): ToPublish {
  if (!isObject(event)) throw new HttpProblem("INVALID_CLOUD_EVENT", "A CloudEvent is a JSON object.");
  const problems = attributeProblems(event);
  const payload = payloadOf(event, problems);
  const retry = retryOf(event["retry"], problems);
  if (problems.length > 0) throw new HttpProblem("INVALID_CLOUD_EVENT", "The CloudEvent was not published.", { problems });
  const type = event["type"] as string;
  if (topic !== undefined && type !== topic)
    throw new HttpProblem("CONTRADICTION", `The address names the topic "${topic}", and the CloudEvent's type is ${JSON.stringify(type)}.`);
  const options = Object.entries(optionOf).flatMap(([name, option]) => (event[name] === undefined ? [] : [[option, event[name]] as const]));
  return { topic: type, payload, options: { ...Object.fromEntries(options), ...retry } as PublishOptions };
}

/**
 * The same for the binary mode of the HTTP binding: attributes are headers `ce-…`, the data is the body.
 * @throws HttpProblem as above, or `INVALID_JSON`
 */
export function binaryCloudEvent(headers: Readonly<Record<string, unknown>>, body: Uint8Array | undefined): Record<string, unknown> {
  const attributes = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith("ce-") ? [[name.slice(3), headerText(name, String(value))] as const] : [],
  );
  if (attributes.some(([name]) => name === "data" || name === "data_base64" || name === "datacontenttype"))
    throw new HttpProblem("INVALID_CLOUD_EVENT", "In the binary mode the data is the body, and Content-Type is its type.");
  return { ...Object.fromEntries(attributes), data: parseJson(body) };
}

/** Header values are percent-encoded UTF-8 (HTTP Protocol Binding 1.0.2, 3.1.3.2). */
function headerText(name: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new HttpProblem("INVALID_CLOUD_EVENT", `The header ${name} is not percent-encoded UTF-8.`);
  }
}

function attributeProblems(event: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  for (const name of required) {
    if (typeof event[name] !== "string" || event[name] === "") problems.push(`${name}: must be text that is not empty`);
  }
  if (typeof event["specversion"] === "string" && event["specversion"] !== "1.0") problems.push('specversion: must be "1.0"');
  if (typeof event["type"] === "string" && event["type"].length > 128)
    problems.push("type: no topic has a name of more than 128 characters");
  const { time } = event;
  if (time !== undefined && !(typeof time === "string" && timestamp.test(time) && !Number.isNaN(Date.parse(time))))
    problems.push("time: must be RFC 3339, such as 2026-11-21T23:11:43Z");
  for (const [name, value] of Object.entries(event)) {
    if (name === "data" || name === "data_base64") continue;
    if (!/^[a-z0-9]{1,64}$/.test(name)) problems.push(`${JSON.stringify(name.slice(0, 64))}: names are lower-case letters and digits`);
    else if (!["string", "number", "boolean"].includes(typeof value)) problems.push(`${name}: must be text, a number or true or false`);
    else if (Object.hasOwn(optionOf, name) && typeof value !== "string") problems.push(`${name}: must be text`);
  }
  return problems;
}

function payloadOf(event: Readonly<Record<string, unknown>>, problems: string[]): unknown {
  const { data, data_base64: base64, datacontenttype } = event;
  if (typeof datacontenttype === "string" && !/^application\/([\w.-]+\+)?json$/.test(mediaType(datacontenttype).type))
    problems.push(`datacontenttype: ${JSON.stringify(datacontenttype.slice(0, 100))} is no JSON, and payloads are JSON`);
  if (base64 === undefined) {
    if (data === undefined) problems.push("data: is missing");
    return data;
  }
  if (data !== undefined) problems.push("data and data_base64: give one of them");
  if (typeof base64 !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    problems.push("data_base64: must be text in base64");
    return undefined;
  }
  try {
    return parseJson(Buffer.from(base64, "base64"));
  } catch (error) {
    problems.push(`data_base64: ${(error as Error).message}`);
    return undefined;
  }
}

/** An extension holds no object, so `retry` is JSON as text. */
function retryOf(retry: unknown, problems: string[]): Pick<PublishOptions, "retry"> {
  if (retry === undefined) return {};
  try {
    return { retry: JSON.parse(String(retry)) as NonNullable<PublishOptions["retry"]> };
  } catch {
    problems.push('retry: must be JSON as text, such as "{\\"attempts\\":6}"');
    return {};
  }
}
