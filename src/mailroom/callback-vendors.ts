import type { CallbackVendor, VendorWords } from "./callback-vendor.ts";
import { expoWords } from "./expo-receipts.ts";
import { metaCallbacks } from "./meta-callbacks.ts";
import { msg91Callbacks } from "./msg91-callbacks.ts";
import type { MailProvider } from "./record.ts";
import { sendgridCallbacks } from "./sendgrid-callbacks.ts";
import { twilioCallbacks } from "./twilio-callbacks.ts";

/** Those that call back. */
export const callbackVendors: Readonly<Partial<Record<MailProvider, CallbackVendor>>> = {
  sendgrid: sendgridCallbacks,
  twilio: twilioCallbacks,
  meta: metaCallbacks,
  msg91: msg91Callbacks,
};

/** What each can say later; of the others nobody hears again. */
export const vendorWords: Readonly<Partial<Record<MailProvider, VendorWords>>> = { ...callbackVendors, expo: expoWords };
