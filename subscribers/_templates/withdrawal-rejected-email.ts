import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.wallet;

export const withdrawalRejectedEmail = emailTemplate({
  name: "withdrawal-rejected",
  data: z.object({ name: z.string(), amount: z.string(), reason: z.string(), balance: z.string(), url: z.url() }),
  subject: "Your withdrawal of {{amount}} could not be paid",
  mjml: layout({
    business,
    preheader: "The money is back in your wallet. Reason: {{reason}}.",
    heading: "Your {{amount}} is back in your wallet",
    body: `        <mj-text>Hello {{name}}, we could not pay your withdrawal: {{reason}}. Nothing is lost. Once that is put right, you can ask for it again.</mj-text>
${details([
  ["Back in your wallet", "{{amount}}"],
  ["Wallet balance", "{{balance}}"],
])}`,
    button: { label: "See the withdrawal", url: "{{url}}" },
  }),
  text: `Hello {{name}},

we could not pay your withdrawal of {{amount}}: {{reason}}. Nothing is lost. Once that is put right, you can ask for it again.

  Back in your wallet: {{amount}}
  Wallet balance: {{balance}}

See the withdrawal: {{url}}
${textFooter(business)}`,
  example: {
    name: "Imran",
    amount: "₹2,000",
    reason: "the bank account is in another name",
    balance: "₹2,340",
    url: "https://wallet.example.in/withdrawals/WD-90298",
  },
});
