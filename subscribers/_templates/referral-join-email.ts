import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.voting;

export const referralJoinEmail = emailTemplate({
  name: "referral-join",
  category: "referrals",
  data: z.object({ name: z.string(), friend: z.string(), friends: z.string(), url: z.url() }),
  subject: "{{friend}} joined with your invitation",
  mjml: layout({
    business,
    preheader: "Friends who have joined so far: {{friends}}.",
    heading: "{{friend}} is in",
    body: `        <mj-text>Hello {{name}}, {{friend}} has joined Pageant with your code. Thank you for the introduction.</mj-text>
${details([["Friends who joined", "{{friends}}"]])}`,
    button: { label: "Invite another friend", url: "{{url}}" },
    optional: true,
  }),
  text: `Hello {{name}},

{{friend}} has joined Pageant with your code. Thank you for the introduction.

  Friends who joined: {{friends}}

Invite another friend: {{url}}
${textFooter(business, { optional: true })}`,
  example: { name: "Rohan", friend: "Ananya", friends: "9", url: "https://vote.example.in/invite" },
});
