import { defineSubscriber } from "../src/index.ts";
import { rewardEarned } from "../topics/reward-earned.ts";
import { day, firstName } from "./_templates/format.ts";
import { rewardDeliveryEmail } from "./_templates/reward-delivery-email.ts";

export default defineSubscriber(rewardEarned, {
  name: "reward-delivery",
  description: "Hands the reward over, at the time that the event names.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.user.email,
      template: rewardDeliveryEmail,
      data: ({ data: { user, title, reason, code, validUntil, url } }) => ({
        name: firstName(user.name),
        title,
        reason,
        code,
        validUntil: day(validUntil),
        url,
      }),
      priority: "high",
      deliverAt: ({ data }) => data.deliverAt,
    }),
  ],
});
