import { defineSubscriber } from "../src/index.ts";
import { referralJoined } from "../topics/referral-joined.ts";
import { count, firstName } from "./_templates/format.ts";
import { referralJoinEmail } from "./_templates/referral-join-email.ts";

export default defineSubscriber(referralJoined, {
  name: "referral-join",
  description: "Tells a user that a friend joined with their invitation.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.referrer.email,
      template: referralJoinEmail,
      data: ({ data: { referrer, friend, friends, url } }) => ({
        name: firstName(referrer.name),
        friend: firstName(friend.name),
        friends: count(friends),
        url,
      }),
      priority: "low",
    }),
  ],
});
