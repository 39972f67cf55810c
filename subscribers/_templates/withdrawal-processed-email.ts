import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.wallet;

export const withdrawalProcessedEmail = emailTemplate({
  name: "withdrawal-processed",
  data: z.object({
    name: z.string(),
    amount: z.string(),
    upi: z.boolean(),
    account: z.string(),
    reference: z.string(),
    balance: z.string(),
    url: z.url(),
  }),
  subject: "{{amount}} is on its way to you",
  mjml: layout({
    business,
    preheader: "Paid to {{account}}. Reference {{reference}}.",
    heading: "{{amount}} paid out",
    body: `        <mj-text>Hello {{name}}, we have paid your withdrawal. {{#if upi}}UPI transfers arrive within minutes.{{else}}Bank transfers arrive within one working day.{{/if}}</mj-text>
${details([
  ["{{#if upi}}UPI{{else}}Bank account{{/if}}", "{{account}}"],
  ["Bank reference (UTR)", "{{reference}}"],
  ["Left in your wallet", "{{balance}}"],
])}`,
    button: { label: "See the withdrawal", url: "{{url}}" },
  }),
  text: `Hello {{name}},

we have paid your withdrawal of {{amount}}. {{#if upi}}UPI transfers arrive within minutes.{{else}}Bank transfers arrive within one working day.{{/if}}

  {{#if upi}}UPI{{else}}Bank account{{/if}}: {{account}}
  Bank reference (UTR): {{reference}}
  Left in your wallet: {{balance}}

See the withdrawal: {{url}}
${textFooter(business)}`,
  example: {
    name: "Kavya",
    amount: "₹1,250",
    upi: true,
    account: "kav•••@okhdfcbank",
    reference: "529118204417",
    balance: "₹318.50",
    url: "https://wallet.example.in/withdrawals/WD-90311",
  },
});
