import { twilioTokens } from "./callback-readers.ts";
import type { Settings } from "../options.ts";

export type WarnedSettings = Pick<Settings, "callbacks" | "channels" | "email" | "sms" | "whatsapp" | "publicUrl" | "send">;

/**
 * One sentence for each provider that sends for real and whose callbacks are refused: what becomes of its messages is never known. Empty where
 * nothing is sent for real. Pure.
 */
export function callbackWarnings(settings: WarnedSettings): string[] {
  const { callbacks, channels, email, sms, whatsapp, publicUrl, send } = settings;
  if (!send.live && send.allow.length === 0) return [];
  const uses = (channel: "email" | "sms" | "whatsapp", service: string): boolean => {
    const options = { email: email?.options, sms, whatsapp }[channel] as
      | { readonly order?: readonly string[]; readonly providers?: unknown; readonly [name: string]: unknown }
      | undefined;
    if (channels[channel].off !== undefined || options === undefined || options.providers !== undefined) return false;
    return options[service] !== undefined && (options.order?.includes(service) ?? true);
  };
  const twilio = uses("sms", "twilio") || uses("whatsapp", "twilio");
  const missing: readonly (readonly [name: string, uses: boolean, missing: readonly (string | false)[]])[] = [
    ["SendGrid", uses("email", "sendgrid"), [callbacks.sendgrid?.publicKey === undefined && "SENDGRID_WEBHOOK_PUBLIC_KEY"]],
    [
      "Twilio",
      twilio,
      [
        publicUrl === undefined && "PUBLIC_URL",
        // An API key sends, and signs nothing.
        twilioTokens(settings).length === 0 && "TWILIO_AUTH_TOKEN",
      ],
    ],
    [
      "Meta",
      uses("whatsapp", "meta"),
      [callbacks.meta?.appSecret === undefined && "META_APP_SECRET", callbacks.meta?.verifyToken === undefined && "META_VERIFY_TOKEN"],
    ],
    ["MSG91", uses("sms", "msg91"), [callbacks.msg91?.secret === undefined && "MSG91_CALLBACK_SECRET"]],
  ];
  return missing.flatMap(([name, used, parts]) => {
    const names = parts.filter((part) => part !== false);
    return used && names.length > 0
      ? [`${name} sends, and its callbacks are refused: what becomes of its messages is never known. Set ${names.join(" and ")}`]
      : [];
  });
}
