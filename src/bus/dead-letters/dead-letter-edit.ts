import * as z from "zod";
import { messageOf } from "../../base/errors.ts";
import type { Catalog } from "../../define/catalog.ts";
import type { Delivery } from "../../define/delivery.ts";
import { type BusEvent, decodeEvent } from "../../define/event.ts";
import { payloadLimits, payloadProblems, pathText } from "../../define/payload.ts";
import { isMessageRoute } from "../../define/route.ts";
import { issuesBesideSecrets } from "../../define/sealed-issues.ts";
import { secretsIn } from "../../define/sealed.ts";
import { templateDataProblems } from "../../define/template.ts";
import type { AnyTopic } from "../../define/topic.ts";
import { upcastEvent } from "../../define/upcast.ts";
import type { Vault } from "../../vault/vault-port.ts";
import { findRoute } from "../../workers/find-route.ts";
import type { DeadLetterSight, SeenData } from "./dead-letter-sight.ts";
import { editedData } from "./edited-data.ts";
import { eventOf } from "./dead-letter-facets.ts";
import { type AnyContent, isCallback, isDelivery } from "../any-content.ts";

export interface EditOptions {
  readonly catalog: Catalog;
  readonly vault: Pick<Vault, "clear" | "seal" | "settle">;
  readonly sight: Pick<DeadLetterSight, "seen">;
}

/** The content with other data, or everything that is wrong with it. */
export type Edited = { readonly content: AnyContent; readonly changed: readonly string[] } | { readonly problems: readonly string[] };

/**
 * Puts other data into a dead letter: a template's data, a webhook's body, or the payload of the event that a handler is given, a subscriber could not plan
 * or an audience is of. It is checked against the template's schema, or the topic's, and sealed again where it was.
 */
export async function withData(content: AnyContent, data: unknown, options: EditOptions): Promise<Edited> {
  if (isCallback(content)) return refused("what a provider told cannot be edited: queue it again, or discard it");
  const broken = payloadProblems(data);
  if (broken.length > 0) return { problems: broken };
  const bytes = Buffer.byteLength(JSON.stringify(data) ?? "");
  if (bytes > payloadLimits.bytes) return refused(`the data has ${bytes} bytes, at most ${payloadLimits.bytes} are allowed`);
  if (isDelivery(content) && content.channel !== "handler") return messageWith(content, data, options);
  const topic = options.catalog.topic(eventOf(content)?.type ?? "");
  if (topic === undefined) return refused("it is of no event of a topic that this build knows, so there is nothing to check it against");
  const seen = await options.sight.seen(
    { queue: "", event: eventOf(content) },
    content,
    "json" in content ? wholeOf(content.json) : content.event,
  );
  if (seen === undefined) return refused("its event cannot be opened here");
  const payload = payloadIn(data, eventOf(content)?.id);
  return "json" in content
    ? entryWith(content, topic, { data: payload, seen, ...options })
    : eventWith(content, topic, { data: payload, seen });
}

/** Of an event the whole is shown; whoever gives that back means its payload. */
function payloadIn(given: unknown, eventId: string | undefined): unknown {
  const whole = given as Partial<BusEvent> | null;
  const isWhole = typeof whole === "object" && whole !== null && whole.specversion === "1.0" && whole.id === eventId && "data" in whole;
  return isWhole ? whole.data : given;
}

async function messageWith(delivery: Delivery, given: unknown, { catalog, sight }: EditOptions): Promise<Edited> {
  const route = findRoute(catalog, delivery);
  if (typeof route === "string") return refused(route);
  const seen = await sight.seen({ queue: delivery.channel, event: delivery.event }, delivery, delivery.data);
  const { data, changed, problems } = editedData({ held: delivery.data, ...pairOf(seen) }, given);
  const wrong = [...problems, ...(isMessageRoute(route) ? templateDataProblems(route.template.schema, data) : [])];
  if (wrong.length > 0) return { problems: wrong };
  const { sealed, ...rest } = delivery;
  const secrets = secretsIn(sealed, data);
  return { content: { ...rest, data, ...(secrets === undefined ? {} : { sealed: secrets }) }, changed };
}

/** An event in a job: its personal data is clear there, and its secrets are behind stand-ins. */
function eventWith(
  content: Exclude<AnyContent, { readonly json: string }> & { readonly event?: unknown },
  topic: AnyTopic,
  { data: given, seen }: { readonly data: unknown; readonly seen: SeenData },
): Edited {
  const event = content.event as BusEvent;
  const { data, changed, problems } = editedData({ held: event.data, ...payloadsOf(seen) }, given);
  const wrong = [...problems, ...schemaProblems(topic, { ...event, data })];
  return wrong.length > 0 ? { problems: wrong } : { content: { ...content, event: { ...event, data } } as AnyContent, changed };
}

/** An entry of a log, as it was read: what was sealed is opened, in the topic's newest version, and sealed again. */
async function entryWith(
  content: Extract<AnyContent, { readonly json: string }>,
  topic: AnyTopic,
  { data: given, seen, vault }: EditOptions & { readonly data: unknown; readonly seen: SeenData },
): Promise<Edited> {
  let event: BusEvent;
  try {
    const written = decodeEvent(content.json);
    event = topic.marks === undefined ? written : { ...written, data: await vault.clear(content.json) };
    event = upcastedOr(topic, event);
  } catch (error) {
    return refused(`its event cannot be opened here: ${messageOf(error)}`);
  }
  const shown = topic.marks === undefined ? { clear: event.data, masked: event.data } : payloadsOf(seen);
  if (JSON.stringify(shown.clear)?.includes("[erased]") === true)
    return refused("personal data of it was erased, so it cannot be sealed again");
  const { data, changed, problems } = editedData({ held: event.data, ...shown }, given);
  const wrong = [...problems, ...schemaProblems(topic, { ...event, data })];
  if (wrong.length > 0) return { problems: wrong };
  try {
    const sealed = vault.seal(topic, { ...event, data });
    const json = JSON.stringify(sealed.event);
    return { content: { ...content, json: sealed.pending ? await vault.settle(json) : json }, changed };
  } catch (error) {
    return refused(messageOf(error));
  }
}

/** What cannot be brought up is edited as it was written, and then has to fit the newest version. */
function upcastedOr(topic: AnyTopic, event: BusEvent): BusEvent {
  try {
    return upcastEvent(topic, event);
  } catch {
    return { ...event, dataversion: topic.version };
  }
}

function schemaProblems(topic: AnyTopic, event: BusEvent): readonly string[] {
  if (event.dataversion !== topic.version)
    try {
      upcastEvent(topic, event);
      return [];
    } catch (error) {
      return [messageOf(error)];
    }
  const parsed = z.safeParse(topic.schema as z.ZodType, event.data);
  const issues = parsed.success ? [] : issuesBesideSecrets(parsed.error.issues, event.data);
  return issues.map(({ path, message }) => `${pathText(path)}: ${message}`);
}

const pairOf = (seen: SeenData | undefined): { readonly clear: unknown; readonly masked: unknown } => ({
  clear: seen?.clear,
  masked: seen?.masked,
});

function payloadsOf({ clear, masked }: SeenData): { readonly clear: unknown; readonly masked: unknown } {
  return { clear: (clear as BusEvent).data, masked: (masked as BusEvent).data };
}

function wholeOf(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function refused(problem: string): { readonly problems: readonly string[] } {
  return { problems: [problem] };
}
