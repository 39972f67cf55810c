import * as z from "zod";
import { checkAddress } from "../../define/address.ts";
import type { ChannelName } from "../../define/channel-name.ts";
import type { AnyTopic } from "../../define/topic.ts";

/** A text somewhere in a topic's payload. */
export interface PayloadText {
  /** The name of its field. */
  readonly name: string;
  /** How code gets at it, from `data`: `data.customer.email`, with `?.` where a part may be missing. */
  readonly code: string;
  /** Whether it is always there. */
  readonly sure: boolean;
  /** What the topic's example has there. */
  readonly example: string | undefined;
  readonly format: string | undefined;
}

interface JsonSchema {
  readonly type?: unknown;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** All texts of a payload that a name leads to: none in lists, and none that may be something else. */
export function payloadTexts({ schema, example }: AnyTopic): PayloadText[] {
  const walk = (place: JsonSchema, at: { code: string; sure: boolean; value: unknown }): PayloadText[] =>
    Object.entries(place.properties ?? {}).flatMap(([name, part]) => {
      if (!/^[a-zA-Z_$][\w$]*$/.test(name)) return [];
      const value = (at.value as Readonly<Record<string, unknown>> | undefined)?.[name];
      const code = `${at.code}${at.sure ? "." : "?."}${name}`;
      const sure = at.sure && place.required?.includes(name) === true;
      if (part.type === "object") return walk(part, { code, sure, value });
      if (part.type !== "string") return [];
      return [{ name, code, sure, example: typeof value === "string" ? value : undefined, format: part.format }];
    });
  return walk(z.toJSONSchema(schema as z.ZodType, { io: "output" }) as JsonSchema, { code: "data", sure: true, value: example });
}

/** The text that says what an event is about: what its key is made of, else an id, else the first there is. */
export function subjectOf(topic: AnyTopic): PayloadText | undefined {
  const texts = payloadTexts(topic).filter(({ sure }) => sure);
  const key: unknown = topic.example === undefined ? undefined : topic.key?.(topic.example);
  return (
    texts.find(({ example }) => example !== undefined && example === key) ??
    texts.find(({ name }) => /(^id|Id)$/.test(name)) ??
    texts.find(({ format }) => format === undefined)
  );
}

const addressFormats: Readonly<Partial<Record<ChannelName, string>>> = { email: "email", sms: "e164", whatsapp: "e164" };
const addressNames: Readonly<Partial<Record<ChannelName, RegExp>>> = { push: /device|push|token/i, webhook: /webhook|callback/i };

/** Who could be the recipient, in the payload. With an example, only what is an address there: the first test is made with it. */
export function addressOf(topic: AnyTopic, channel: ChannelName): PayloadText | undefined {
  const [format, named] = [addressFormats[channel], addressNames[channel]];
  const found = payloadTexts(topic).filter(
    (text) =>
      ((format !== undefined && text.format === format) || named?.test(text.name) === true) &&
      (topic.example === undefined || "address" in checkAddress(channel, text.example)),
  );
  return found.find(({ sure }) => sure) ?? found[0];
}
