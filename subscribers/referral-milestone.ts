import { defineSubscriber } from "../src/index.ts";
import { referralMilestone } from "../topics/referral-milestone.ts";
import { count, firstName } from "./_templates/format.ts";
import { referralMilestoneEmail } from "./_templates/referral-milestone-email.ts";

export default defineSubscriber(referralMilestone, {
  name: "referral-milestone",
  description: "Congratulates a user on a referral tier, and says what it brings.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.referrer.email,
      template: referralMilestoneEmail,
      data: ({ data: { referrer, tier, friends, reward, next, url } }) => ({
        name: firstName(referrer.name),
        tier,
        friends: count(friends),
        reward,
        ...(next === undefined ? {} : { next: `${next.tier}, with ${count(next.friends)} friends` }),
        url,
      }),
      priority: "critical",
    }),
  ],
});
