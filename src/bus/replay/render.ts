import { messageOf } from "../../base/errors.ts";
import type { Channel, MessageFields } from "../../channels/channel.ts";
import type { Catalog } from "../../define/catalog.ts";
import type { ChannelName } from "../../define/channel-name.ts";
import type { Delivery } from "../../define/delivery.ts";

/** What is needed to see a message without sending it. */
export interface Rendering {
  readonly catalog: Catalog;
  readonly channels: ReadonlyMap<ChannelName, Channel>;
}

export type Rendered = { readonly fields: MessageFields } | { readonly problem: string };

/** What today's templates make of a delivery. It sends nothing. */
export async function rendered({ catalog, channels }: Rendering, delivery: Delivery): Promise<Rendered> {
  const { channel: name, subscriber, route: routeName } = delivery;
  const [channel, route] = [channels.get(name), catalog.route(subscriber, routeName)];
  if (channel === undefined || route === undefined) return { problem: `the channel ${name} is off here` };
  try {
    return { fields: channel.fields(await channel.render(route, delivery)) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
