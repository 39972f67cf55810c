import type { ChannelName } from "./channel-name.ts";
import type { BusEvent } from "./event.ts";
import type { PolicyOptions } from "./policy.ts";
import type { EmailTemplate } from "./template.ts";

/** One branch of a subscriber, as the router reads it. */
export interface AnyRoute extends PolicyOptions {
  readonly kind: "route";
  readonly name: string;
  readonly channel: ChannelName;
  readonly when: ((event: BusEvent) => boolean) | undefined;
  readonly to: (event: BusEvent) => string | readonly string[] | undefined;
  readonly template: EmailTemplate;
  readonly data: (event: BusEvent) => unknown;
}
