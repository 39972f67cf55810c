import type { Catalog } from "../define/catalog.ts";
import type { Delivery } from "../define/delivery.ts";
import { type AnyRoute, isMessageRoute } from "../define/route.ts";
import { unknownVersion } from "./current-event.ts";

/** The route that planned a delivery, or why this build cannot deliver it. */
export function findRoute(catalog: Catalog, delivery: Delivery): AnyRoute | string {
  const route = catalog.route(delivery.subscriber, delivery.route);
  if (route === undefined) return `this build has no route "${delivery.route}" of subscriber "${delivery.subscriber}"`;
  const newer = unknownVersion(catalog, delivery);
  if (newer !== undefined) return newer;
  const { template: planned } = delivery;
  const template = isMessageRoute(route) ? route.template : undefined;
  if (planned !== undefined && template?.name === planned.name && template.version < planned.version)
    return `this build knows version ${template.version} of template "${planned.name}", the delivery was planned with ${planned.version}`;
  return route;
}
