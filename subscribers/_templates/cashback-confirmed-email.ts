import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.wallet;

export const cashbackConfirmedEmail = emailTemplate({
  name: "cashback-confirmed",
  data: z.object({ name: z.string(), amount: z.string(), merchant: z.string(), balance: z.string(), url: z.url() }),
  subject: "{{amount}} cashback is yours",
  mjml: layout({
    business,
    preheader: "From {{merchant}}, ready to spend or withdraw.",
    heading: "{{amount}} cashback is yours",
    body: `        <mj-text>Hello {{name}}, {{merchant}} has confirmed your purchase. Your cashback is in your wallet, ready to spend or withdraw.</mj-text>
${details([
  ["Shop", "{{merchant}}"],
  ["Cashback", "{{amount}}"],
  ["In your wallet", "{{balance}}"],
])}`,
    button: { label: "Open your wallet", url: "{{url}}" },
  }),
  text: `Hello {{name}},

{{merchant}} has confirmed your purchase. Your cashback of {{amount}} is in your wallet, ready to spend or withdraw.

  In your wallet: {{balance}}

Open your wallet: {{url}}
${textFooter(business)}`,
  example: { name: "Kavya", amount: "₹184.50", merchant: "Tarang Electronics", balance: "₹1,568.50", url: "https://wallet.example.in/" },
});
