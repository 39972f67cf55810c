import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.shop;

export const orderStatusEmail = emailTemplate({
  name: "order-status",
  data: z.object({
    name: z.string(),
    orderId: z.string(),
    state: z.string(),
    message: z.string(),
    parcel: z.object({ courier: z.string(), number: z.string() }).nullable(),
    url: z.url(),
  }),
  subject: "Order {{orderId}} {{state}}",
  mjml: layout({
    business,
    preheader: "{{message}}",
    heading: "Your order {{state}}",
    body: `        <mj-text>Hello {{name}}, your order {{orderId}} {{state}}. {{message}}</mj-text>
${details([
  ["Order", "{{orderId}}"],
  ["Courier", "{{parcel.courier}}", "parcel"],
  ["Tracking number", "{{parcel.number}}", "parcel"],
])}`,
    button: { label: "View your order", url: "{{url}}" },
  }),
  text: `Hello {{name}},

your order {{orderId}} {{state}}. {{message}}

{{#if parcel}}
  Courier:         {{parcel.courier}}
  Tracking number: {{parcel.number}}

{{/if}}
View your order: {{url}}
${textFooter(business)}`,
  example: {
    name: "Asha",
    orderId: "KR-48213",
    state: "is on its way",
    message: "It has left our warehouse.",
    parcel: { courier: "Delhivery", number: "1490821003317" },
    url: "https://shop.example.in/orders/KR-48213",
  },
});
