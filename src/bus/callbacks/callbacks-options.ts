import type { MetaCallbackOptions, Msg91CallbackOptions, SendgridCallbackOptions, TwilioCallbackOptions } from "../../providers/index.ts";

/**
 * What providers' callbacks are known by. Those of a provider whose keys are not here are refused, and what becomes of its messages is not
 * known. Outcomes of error codes are those of the channel's own provider.
 */
export interface CallbacksOptions {
  readonly sendgrid?: Partial<SendgridCallbackOptions>;
  readonly twilio?: Pick<TwilioCallbackOptions, "statuses"> & {
    /** Default: those of the channels' accounts. */
    readonly authTokens?: readonly string[];
  };
  readonly meta?: Partial<Omit<MetaCallbackOptions, "outcomes">>;
  readonly msg91?: Partial<Msg91CallbackOptions>;
}

export const callbackProviders = ["sendgrid", "twilio", "meta", "msg91"] as const satisfies (keyof CallbacksOptions)[];
export type CallbackProvider = (typeof callbackProviders)[number];
