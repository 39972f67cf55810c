import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.wallet;

export const withdrawalRequestedEmail = emailTemplate({
  name: "withdrawal-requested",
  data: z.object({
    name: z.string(),
    withdrawalId: z.string(),
    amount: z.string(),
    upi: z.boolean(),
    account: z.string(),
    expectedBy: z.string(),
    url: z.url(),
  }),
  subject: "We have your request for {{amount}}",
  mjml: layout({
    business,
    preheader: "To {{account}}, expected by {{expectedBy}}.",
    heading: "Your withdrawal of {{amount}}",
    body: `        <mj-text>Hello {{name}}, we have your request and are checking it. You hear from us as soon as the money is paid.</mj-text>
${details([
  ["{{#if upi}}UPI{{else}}Bank account{{/if}}", "{{account}}"],
  ["Request", "{{withdrawalId}}"],
  ["Expected by", "{{expectedBy}}"],
])}
        <mj-text font-size="15px" line-height="23px">Was this not you? Reply to this e-mail at once, and we stop it.</mj-text>`,
    button: { label: "See the request", url: "{{url}}" },
  }),
  text: `Hello {{name}},

we have your request to withdraw {{amount}} and are checking it. You hear from us as soon as the money is paid.

  {{#if upi}}UPI{{else}}Bank account{{/if}}: {{account}}
  Request: {{withdrawalId}}
  Expected by: {{expectedBy}}

Was this not you? Reply to this e-mail at once, and we stop it.

See the request: {{url}}
${textFooter(business)}`,
  example: {
    name: "Kavya",
    withdrawalId: "WD-90311",
    amount: "₹1,250",
    upi: true,
    account: "kav•••@okhdfcbank",
    expectedBy: "20 October 2025",
    url: "https://wallet.example.in/withdrawals/WD-90311",
  },
});
