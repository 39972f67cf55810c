import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.voting;

export const referralMilestoneEmail = emailTemplate({
  name: "referral-milestone",
  category: "referrals",
  data: z.object({
    name: z.string(),
    tier: z.string(),
    friends: z.string(),
    reward: z.string(),
    next: z.string().optional(),
    url: z.url(),
  }),
  subject: "You have reached {{tier}}",
  mjml: layout({
    business,
    preheader: "{{friends}} friends joined because of you. Your thank-you: {{reward}}.",
    heading: "{{tier}} is yours, {{name}}",
    body: `        <mj-text>{{friends}} friends have joined Pageant because of you. That makes you {{tier}}, and here is our thank-you: {{reward}}.</mj-text>
${details([
  ["Friends who joined", "{{friends}}"],
  ["Your thank-you", "{{reward}}"],
  ["Next", "{{next}}", "next"],
])}`,
    button: { label: "See your invitations", url: "{{url}}" },
    optional: true,
  }),
  text: `{{tier}} is yours, {{name}}.

{{friends}} friends have joined Pageant because of you. That makes you {{tier}}, and here is our thank-you: {{reward}}.

{{#if next}}
  Next: {{next}}

{{/if}}
See your invitations: {{url}}
${textFooter(business, { optional: true })}`,
  example: {
    name: "Rohan",
    tier: "Silver",
    friends: "10",
    reward: "two seats at the semi-final",
    next: "Gold, with 25 friends",
    url: "https://vote.example.in/invite",
  },
});
