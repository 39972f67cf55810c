import { type CallbackReader, metaCallbacks, msg91Callbacks, sendgridCallbacks, twilioCallbacks } from "../../providers/index.ts";
import type { CallbackProvider } from "./callbacks-options.ts";
import { mailroomCallbackKeys } from "./mailroom-callback-keys.ts";
import type { Settings } from "../options.ts";

type Readers<Reader> = Readonly<Record<CallbackProvider, Reader>>;

/** By what callbacks are verified, and what they say. */
export type CallbackSettings = Pick<Settings, "callbacks" | "publicUrl" | "sms" | "whatsapp">;

/** Those of the real providers; undefined where its callbacks are not set up. */
export function liveReaders(settings: CallbackSettings): Readers<CallbackReader | undefined> {
  const { callbacks, publicUrl, whatsapp } = settings;
  const { sendgrid, meta, msg91 } = callbacks;
  const { appSecret, verifyToken } = meta ?? {};
  const authTokens = twilioTokens(settings);
  return {
    sendgrid: sendgrid?.publicKey === undefined ? undefined : sendgridCallbacks({ ...sendgrid, publicKey: sendgrid.publicKey }),
    // The signature is one of the public address too.
    twilio: publicUrl === undefined || authTokens.length === 0 ? undefined : twilioCallbacks({ ...ofTwilio(settings), authTokens }),
    meta:
      appSecret === undefined || verifyToken === undefined
        ? undefined
        : metaCallbacks({ outcomes: whatsapp.meta?.outcomes, statuses: meta?.statuses, appSecret, verifyToken }),
    msg91: msg91?.secret === undefined ? undefined : msg91Callbacks({ ...msg91, secret: msg91.secret }),
  };
}

/** Those of the mailroom, which say the same, by keys that everybody knows. */
export function mailroomReaders(settings: CallbackSettings): Readers<CallbackReader> {
  const { callbacks, whatsapp } = settings;
  const { sendgrid, twilio, meta, msg91 } = mailroomCallbackKeys;
  return {
    sendgrid: sendgridCallbacks({ ...callbacks.sendgrid, publicKey: sendgrid.publicKey }),
    twilio: twilioCallbacks({ ...ofTwilio(settings), authTokens: [twilio.authToken] }),
    meta: metaCallbacks({ outcomes: whatsapp.meta?.outcomes, ...callbacks.meta, ...meta }),
    msg91: msg91Callbacks({ ...callbacks.msg91, ...msg91 }),
  };
}

/** The auth tokens of all accounts that send. */
export function twilioTokens({ callbacks, sms, whatsapp }: Pick<CallbackSettings, "callbacks" | "sms" | "whatsapp">): readonly string[] {
  const ofChannels = [sms.twilio?.authToken, whatsapp.twilio?.authToken].filter((token) => token !== undefined);
  return callbacks.twilio?.authTokens ?? [...new Set(ofChannels)];
}

function ofTwilio({ callbacks, sms, whatsapp }: CallbackSettings) {
  return { outcomes: { ...sms.twilio?.outcomes, ...whatsapp.twilio?.outcomes }, statuses: callbacks.twilio?.statuses };
}
