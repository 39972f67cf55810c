import { expoProblems, fcmProblems, type VapidKeys, webPushProblems } from "../../providers/index.ts";
import type { PushOptions } from "../channels-options.ts";

/** The variables that hold the keys of web push. */
const vapidNames = {
  subject: "VAPID_SUBJECT",
  publicKey: "VAPID_PUBLIC_KEY",
  privateKey: "VAPID_PRIVATE_KEY",
} as const satisfies Record<keyof VapidKeys, string>;

type Given = Readonly<Record<string, unknown>>;

/** What is wrong with the variables of push, as they were written; nothing where none is set. Pure. */
export function pushProblems(given: Given): readonly string[] {
  const account = given["FCM_SERVICE_ACCOUNT"];
  const keys = vapidKeys(given);
  return [
    ...(account === undefined ? [] : fcmProblems(account, "FCM_SERVICE_ACCOUNT")),
    ...(given["EXPO_ACCESS_TOKEN"] === undefined ? [] : expoProblems(given["EXPO_ACCESS_TOKEN"], "EXPO_ACCESS_TOKEN")),
    ...(Object.keys(keys).length === 0 ? [] : webPushProblems(keys, vapidNames)),
  ];
}

/** Who pushes, as the variables say it. Pure. */
export function pushOf(given: Given): Pick<PushOptions, "fcm" | "expo" | "webpush"> {
  const { FCM_SERVICE_ACCOUNT: serviceAccount, EXPO_ACCESS_TOKEN: accessToken, EXPO_ENABLED: enabled } = given;
  const keys = vapidKeys(given);
  return {
    ...(typeof serviceAccount === "string" ? { fcm: { serviceAccount } } : {}),
    ...(accessToken === undefined && enabled !== true
      ? {}
      : { expo: { ...(enabled === false ? { enabled } : {}), ...(typeof accessToken === "string" ? { accessToken } : {}) } }),
    ...(Object.keys(keys).length === 0 ? {} : { webpush: keys as VapidKeys }),
  };
}

function vapidKeys(given: Given): Partial<VapidKeys> {
  return Object.fromEntries(Object.entries(vapidNames).flatMap(([word, name]) => (given[name] === undefined ? [] : [[word, given[name]]])));
}
