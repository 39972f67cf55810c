import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.shop;

export const refundConfirmationEmail = emailTemplate({
  name: "refund-confirmation",
  data: z.object({
    name: z.string(),
    orderId: z.string(),
    amount: z.string(),
    reason: z.string(),
    account: z.string(),
    expectedBy: z.string(),
    url: z.url(),
  }),
  subject: "{{amount}} refunded for order {{orderId}}",
  mjml: layout({
    business,
    preheader: "It reaches you by {{expectedBy}}.",
    heading: "{{amount}} is on its way back",
    body: `        <mj-text>Hello {{name}}, we have refunded {{amount}} for your order {{orderId}}. Banks take a few days to hand it on.</mj-text>
${details([
  ["Refund", "{{amount}}"],
  ["For", "{{reason}}"],
  ["Goes to", "{{account}}"],
  ["Expected by", "{{expectedBy}}"],
])}`,
    button: { label: "View your order", url: "{{url}}" },
  }),
  text: `Hello {{name}},

we have refunded {{amount}} for your order {{orderId}}. Banks take a few days to hand it on.

  For:         {{reason}}
  Goes to:     {{account}}
  Expected by: {{expectedBy}}

View your order: {{url}}
${textFooter(business)}`,
  example: {
    name: "Asha",
    orderId: "KR-48213",
    amount: "₹1,499",
    reason: "Indigo block-print kurta, M (returned)",
    account: "UPI ash•••@okicici",
    expectedBy: "29 October 2025",
    url: "https://shop.example.in/orders/KR-48213",
  },
});
