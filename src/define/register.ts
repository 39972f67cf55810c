import type { PublishEvent } from "./publish.ts";

/**
 * What handlers and audiences know of their application. Augment it once, and `services` and `publishEvent` are typed everywhere:
 *
 *     declare module "busbar" {
 *       interface Register { topics: typeof import("./topics/index.ts"); services: typeof services }
 *     }
 */
// oxlint-disable-next-line no-empty-object-type -- applications fill it
export interface Register {}

/** What the application handed to `createBus` as `services`. */
export type Services = Register extends { services: infer S } ? S : { readonly "augment busbar's Register with your services": never };

export type RegisteredPublishEvent = Register extends { topics: infer T }
  ? PublishEvent<T>
  : { readonly "augment busbar's Register with your topics": never };
