import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.voting;

export const rewardDeliveryEmail = emailTemplate({
  name: "reward-delivery",
  data: z.object({ name: z.string(), title: z.string(), reason: z.string(), code: z.string(), validUntil: z.string(), url: z.url() }),
  subject: "Your reward: {{title}}",
  mjml: layout({
    business,
    preheader: "The code is {{code}}. Use it until {{validUntil}}.",
    heading: "You earned this, {{name}}",
    body: `        <mj-text>For {{reason}}, here is your {{title}}. Enter the code when you pay.</mj-text>
${details([
  ["Reward", "{{title}}"],
  ["Code", '<strong class="strong">{{code}}</strong>'],
  ["Use it until", "{{validUntil}}"],
])}`,
    button: { label: "Use your reward", url: "{{url}}" },
  }),
  text: `You earned this, {{name}}.

For {{reason}}, here is your {{title}}. Enter the code when you pay.

  Code:         {{code}}
  Use it until: {{validUntil}}

Use your reward: {{url}}
${textFooter(business)}`,
  example: {
    name: "Rohan",
    title: "₹250 bookshop voucher",
    reason: "50 votes in one week",
    code: "READ-7Q2M-250",
    validUntil: "31 December 2025",
    url: "https://vote.example.in/rewards/rwd_5DK2",
  },
});
