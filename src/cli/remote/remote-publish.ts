import { timeOrderedId } from "../../base/ids.ts";
import type { PublishOptions } from "../../define/publish.ts";
import type { OperatedBus } from "../operated-bus.ts";
import { whyOf } from "./remote-view.ts";
import { ServerError } from "./server-error.ts";
import { at, type Sent, type ServerApi } from "./server-api.ts";

export function remotePublish(api: ServerApi): Pick<OperatedBus, "publish" | "testMessage"> {
  return {
    publish: (topic, payload, options = {}) =>
      api.send("POST", at`/v1/topics/${topic}/events`, asPlain(payload, options) ?? asCloudEvent(topic, payload, options)),
    async testMessage(topic, { idempotencyKey, key, correlationId, ...by } = {}) {
      try {
        return await api.send("POST", at`/v1/topics/${topic}/test-message`, { body: { idempotencyKey, key, correlationId, ...whyOf(by) } });
      } catch (error) {
        if (!(error instanceof ServerError && error.code === "FORBIDDEN")) throw error;
        throw new ServerError(`${error.message} It is --example that needs it; a payload needs the scope "publish:${topic}".`, error.code);
      }
    },
  };
}

type Words = Pick<PublishOptions, "idempotencyKey" | "key" | "correlationId">;

/** What a header carries as it stands: other characters have no agreed meaning there, and blanks at its ends are lost. */
const inHeader = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

/** The payload, with the rest as headers; undefined where a header cannot say it, or the payload would be taken for a batch. Pure. */
export function asPlain(payload: unknown, { idempotencyKey, key, correlationId }: Words): Sent | undefined {
  const words = Object.entries({ "idempotency-key": idempotencyKey, "x-partition-key": key, "x-correlation-id": correlationId });
  const given = words.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  if (Array.isArray(payload) || given.some(([, value]) => !inHeader.test(value))) return undefined;
  return { headers: Object.fromEntries(given), body: payload };
}

/** The same as a CloudEvent, which has an id of its own. Pure, but for that. */
export function asCloudEvent(type: string, data: unknown, { idempotencyKey, key, correlationId }: Words): Sent {
  const event = { specversion: "1.0", id: timeOrderedId(Date.now()), source: "/busbar/cli", type };
  const words = { idempotencykey: idempotencyKey, partitionkey: key, correlationid: correlationId };
  return { headers: { "content-type": "application/cloudevents+json" }, body: { ...event, ...words, data } };
}
