import { BusbarError } from "../base/errors.ts";
import { inAllLocales, inLocale } from "../define/locale.ts";
import type { PushMessage } from "../define/message.ts";
import { checkPushAddress, type PushKind, pushKind, subscriptionOf } from "../define/push-address.ts";
import type { PushTemplate } from "../define/push-template.ts";
import { type AnyRoute, isMessageRoute } from "../define/route.ts";
import type { ChainBreakers } from "../providers/failover.ts";
import type { Provider } from "../providers/provider.ts";
import { mostPushBytes, pushPayload } from "../providers/push-payload.ts";
import { type Channel, UnrenderableDelivery } from "./channel.ts";
import { type SendMode, type SendSwitch, sendSwitch, switchProblems } from "./send-mode.ts";
import { compileTexts } from "./text-content.ts";

export interface PushChannelOptions {
  /** Who carries messages to the devices of each kind. */
  readonly ways: Readonly<Record<PushKind, PushWay>>;
  readonly mode: SendMode;
  /**
   * The circuits of the providers. Default: none. Browsers have none in any case: behind them are push services that whoever subscribes
   * chooses, and one that fails says nothing of the others.
   */
  readonly breakers?: ChainBreakers | undefined;
}

export interface PushWay {
  /** The real providers, the first one first. */
  readonly live?: readonly Provider<PushMessage>[];
  /** The same adapters, talking to the mailroom. */
  readonly mailroom: readonly Provider<PushMessage>[];
}

interface KindWords {
  readonly devices: string;
  /** What gives the kind a real provider. */
  readonly setting: string;
}

const kinds: Readonly<Record<PushKind, KindWords>> = {
  fcm: { devices: "apps with Firebase", setting: "channels.push.fcm (FCM_SERVICE_ACCOUNT)" },
  expo: { devices: "apps made with Expo", setting: "channels.push.expo (EXPO_ENABLED, EXPO_ACCESS_TOKEN)" },
  webpush: { devices: "browsers", setting: "channels.push.webpush (VAPID_SUBJECT, VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY)" },
};
const kindNames = Object.keys(kinds) as PushKind[];

type Fill = (data: unknown) => Omit<PushMessage, "to">;

/**
 * The push channel. The address says which of the three ways a message takes; each way leads to real providers or to the mailroom, and
 * neither is ever the fallback of the other.
 * @throws BusbarError `INVALID_CONFIGURATION` with every problem found
 */
export function pushChannel({ ways, mode, breakers }: PushChannelOptions): Channel<PushMessage> {
  const problems = wayProblems(ways, mode);
  if (problems.length > 0) throw new BusbarError("INVALID_CONFIGURATION", "The push channel cannot be used:", { problems });
  const switchOf = (kind: PushKind): SendSwitch<PushMessage> => {
    const { live = [], mailroom } = ways[kind];
    return sendSwitch({ live, mailroom, mode, ...(kind === "webpush" ? {} : { breakers }) });
  };
  const switches = { fcm: switchOf("fcm"), expo: switchOf("expo"), webpush: switchOf("webpush") };
  const compiled = new Map<PushTemplate, Fill>();

  const prepare = async (routes: readonly AnyRoute[]): Promise<void> => {
    const templates = [...new Set(routes.flatMap(templateOf).flatMap(inAllLocales))].filter((template) => !compiled.has(template));
    const results = await Promise.all(templates.map(compileTexts));
    const wrong = results.flatMap((result) => ("problems" in result ? result.problems : []));
    if (wrong.length > 0) throw new BusbarError("INVALID_DEFINITION", "Push templates cannot be used:", { problems: wrong });
    for (const [index, result] of results.entries())
      if ("fill" in result) compiled.set(templates[index]!, (data) => result.fill(data) as Omit<PushMessage, "to">);
  };

  return {
    name: "push",
    prepare,
    async render(route, delivery) {
      const checked = checkPushAddress(delivery.to);
      if ("problem" in checked) throw new UnrenderableDelivery(checked.problem);
      const kind = pushKind(checked.address);
      const { devices, setting } = kinds[kind];
      if (mode.send === "live" && isEmpty(ways[kind].live))
        throw new UnrenderableDelivery(`real sending is on, but nothing carries messages to ${devices}: set ${setting}`);
      const [own] = templateOf(route);
      if (own === undefined) throw new UnrenderableDelivery(`route "${route.name}" has no push template`);
      const template = inLocale(own, delivery.locale);
      if (!compiled.has(template)) await prepare([route]);
      const message = { to: checked.address, ...compiled.get(template)!(delivery.data) };
      const bytes = Buffer.byteLength(pushPayload(message));
      if (bytes > mostPushBytes[kind])
        throw new UnrenderableDelivery(
          `Template "${template.name}": the message has ${bytes} bytes of JSON, more than the ${mostPushBytes[kind]} that go to ${devices}: say less`,
        );
      return message;
    },
    fields: ({ title, body, link }) => ({ title, body, ...(link === undefined ? {} : { link }) }),
    async send(message, attempt) {
      const kind = pushKind(message.to);
      // On the allow-list stands a browser's endpoint, not its keys.
      const recipient = kind === "webpush" ? subscriptionOf(message.to).endpoint : message.to;
      return switches[kind].send(recipient, message, attempt);
    },
    async close() {
      await Promise.all(kindNames.map((kind) => switches[kind].close()));
    },
  };
}

function templateOf(route: AnyRoute): PushTemplate[] {
  return isMessageRoute(route) && route.channel === "push" ? [route.template as PushTemplate] : [];
}

/** With real sending on, one kind with a real provider is enough: a message to another kind is a dead letter that says what to set. */
function wayProblems(ways: PushChannelOptions["ways"], mode: SendMode): string[] {
  if (mode.send === "live")
    return switchProblems({ mode, live: kindNames.flatMap((kind) => [...(ways[kind].live ?? [])]) as never, mailroom: [] });
  return kindNames.flatMap((kind) =>
    switchProblems({ mode, live: [], mailroom: ways[kind].mailroom as never }).map((problem) => `${kind}: ${problem}`),
  );
}

function isEmpty(providers: readonly unknown[] = []): boolean {
  return providers.length === 0;
}
