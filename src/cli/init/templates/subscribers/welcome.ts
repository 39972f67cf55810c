import { defineSubscriber } from "busbar";
import { userRegistered } from "../topics/index.ts";
import { welcomeEmail } from "./_templates/welcome-email.ts";

export default defineSubscriber(userRegistered, {
  name: "welcome",
  description: "Welcomes everybody who signs up.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.email,
      template: welcomeEmail,
      data: ({ data }) => ({ name: data.name }),
    }),
  ],
});
