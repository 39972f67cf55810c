import { generateKeyPairSync } from "node:crypto";
import type { Channel } from "../channels/channel.ts";
import { pushChannel } from "../channels/push.ts";
import type { PushMessage } from "../define/message.ts";
import { expoProvider, fcmProvider, newVapidKeys, type Provider, webPushProvider } from "../providers/index.ts";
import { breakersOf, type ChannelParts, clockOf } from "./channel-parts.ts";
import type { Settings } from "./options.ts";

/**
 * The push channel with its three ways: the real providers that have keys, and the same adapters pointed at the mailroom. Text where
 * real sending is on and no provider has keys: what to do about it.
 */
export function pushChannelOf(settings: Settings, parts: ChannelParts = {}): Channel<PushMessage> | string {
  const { push, send } = settings;
  const clock = clockOf(parts);
  const { fcm, expo, webpush, providers = {} } = push;
  const live = {
    fcm: providers.fcm ?? (fcm === undefined ? [] : [fcmProvider({ clock, ...fcm })]),
    expo: providers.expo ?? (expo === undefined || expo.enabled === false ? [] : [expoProvider({ clock, ...expo })]),
    webpush: providers.webpush ?? (webpush === undefined ? [] : [webPushProvider({ clock, ...webpush })]),
  };
  if (send.live && Object.values(live).every(({ length }) => length === 0))
    return "Real sending is on (BUSBAR_SEND=live), but no push provider has keys. Set FCM_SERVICE_ACCOUNT, EXPO_ENABLED=true, or VAPID_SUBJECT, VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY; or switch the channel off with PUSH_ENABLED=false.";
  const { url, timeout = "10s" } = send.mailroom;
  const shared = { timeout, clock };
  const mailroom = {
    fcm: [
      lazily("fcm (mailroom)", () =>
        fcmProvider({
          ...shared,
          serviceAccount: mailroomAccount(),
          baseUrl: url,
          tokenUrl: new URL("/token", url).href,
          outcomes: fcm?.outcomes,
        }),
      ),
    ],
    expo: [expoProvider({ ...shared, baseUrl: url, outcomes: expo?.outcomes, name: "expo (mailroom)" })],
    webpush: [
      webPushProvider({
        ...shared,
        subject: "mailto:mailroom@example.com",
        ...newVapidKeys(),
        mailroom: new URL("/webpush", url).href,
        outcomes: webpush?.outcomes,
        name: "webpush (mailroom)",
      }),
    ],
  };
  return pushChannel({
    ways: {
      fcm: { live: live.fcm, mailroom: mailroom.fcm },
      expo: { live: live.expo, mailroom: mailroom.expo },
      webpush: { live: live.webpush, mailroom: mailroom.webpush },
    },
    mode: { send: send.live ? "live" : "mailroom", allowList: send.allow },
    breakers: breakersOf("push", settings, parts),
  });
}

/** A service account that the mailroom takes. */
function mailroomAccount() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    project_id: "mailroom",
    client_email: "mailroom@mailroom.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

/** A provider that is made with the first send: to make an RSA key takes a while, and most processes push nothing. */
function lazily(name: string, make: () => Provider<PushMessage>): Provider<PushMessage> {
  let made: Provider<PushMessage> | undefined;
  return {
    name,
    send: (message, attempt) => (made ??= make()).send(message, attempt),
    close: async () => made?.close(),
  };
}
