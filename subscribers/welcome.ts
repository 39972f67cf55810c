import { defineSubscriber } from "../src/index.ts";
import { userRegistered } from "../topics/user-registered.ts";
import { firstName } from "./_templates/format.ts";
import { welcomeEmail } from "./_templates/welcome-email.ts";

export default defineSubscriber(userRegistered, {
  name: "welcome",
  description: "Welcomes a new user, with their referral code.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.user.email,
      template: welcomeEmail,
      data: ({ data: { user, referralCode, url } }) => ({ name: firstName(user.name), referralCode, url }),
      priority: "low",
    }),
  ],
});
