import type { Catalog } from "../../define/catalog.ts";
import { isMessageRoute } from "../../define/route.ts";
import { type AnyContent, isCallback, isDelivery } from "../any-content.ts";

/**
 * Why this build's code can do nothing with a dead letter: its subscriber or its route is gone. Queued again, it would be no dead letter any more and
 * wait for good, where nobody looks. Undefined where the code is there; what a newer version of it planned is left to that. Pure.
 */
export function notInCode(catalog: Pick<Catalog, "subscriber" | "route">, content: AnyContent): string | undefined {
  if (isCallback(content)) return undefined;
  const subscriber = catalog.subscriber(content.subscriber);
  if (subscriber === undefined) return gone(`the subscriber ${JSON.stringify(content.subscriber)}`);
  if ("json" in content) return undefined;
  const route = catalog.route(content.subscriber, content.route);
  const named = `${JSON.stringify(content.route)} of the subscriber ${JSON.stringify(subscriber.name)}`;
  if (route === undefined) return gone(`the route ${named}`);
  if (!isDelivery(content) && !(isMessageRoute(route) && route.audience !== undefined)) return gone(`the audience of the route ${named}`);
  return undefined;
}

function gone(what: string): string {
  return `${what} is not in the code of this build, so that nothing would come of it: deploy the code again, or discard the dead letter`;
}
