import { defineSubscriber } from "../src/index.ts";
import { passwordResetRequested } from "../topics/password-reset-requested.ts";
import { firstName, minutes } from "./_templates/format.ts";
import { passwordResetEmail } from "./_templates/password-reset-email.ts";

export default defineSubscriber(passwordResetRequested, {
  name: "password-reset",
  // What it says opens an account: nobody may read it later, and none comes late or twice.
  replay: "never",
  description: "Sends the link for a new password, as long as the link works.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.user.email,
      template: passwordResetEmail,
      data: ({ data: { user, validMinutes, device, url } }) => ({
        name: firstName(user.name),
        validFor: minutes(validMinutes),
        ...(device === undefined ? {} : { device }),
        url,
      }),
      priority: "critical",
      expiresIn: ({ data }) => `${data.validMinutes}m`,
    }),
  ],
});
