import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, layout, textFooter } from "./layout.ts";

const business = businesses.shop;
const cell = 'class="line" style="padding: 12px 0; border-bottom: 1px solid #ececea;"';
const amount =
  'align="right" class="line strong" style="padding: 12px 0 12px 16px; border-bottom: 1px solid #ececea; color: #18181b; white-space: nowrap;"';
const sum = 'class="strong" style="padding: 14px 0 0; font-weight: 700; font-size: 17px; color: #18181b;"';

export const orderConfirmationEmail = emailTemplate({
  name: "order-confirmation",
  data: z.object({
    name: z.string(),
    orderId: z.string(),
    items: z.array(z.object({ name: z.string(), quantity: z.int(), amount: z.string() })),
    shipping: z.string(),
    total: z.string(),
    cod: z.boolean(),
    addressLines: z.array(z.string()),
    url: z.url(),
  }),
  subject: "Order {{orderId}} is confirmed",
  mjml: layout({
    business,
    preheader: "{{#if cod}}Keep {{total}} ready for the courier.{{else}}{{total}} paid.{{/if}} We tell you when it is on its way.",
    heading: "Thank you, {{name}}",
    body: `        <mj-text>We have your order <strong class="strong">{{orderId}}</strong> and are packing it now. You hear from us again when it leaves.</mj-text>
        <mj-table>
          {{#each items}}
          <tr><td ${cell}>{{name}} <span class="quiet" style="color: #71717a;">&times;&nbsp;{{quantity}}</span></td><td ${amount}>{{amount}}</td></tr>
          {{/each}}
          <tr><td ${cell}>Delivery</td><td ${amount}>{{shipping}}</td></tr>
          <tr><td ${sum}>{{#if cod}}To pay on delivery{{else}}Paid{{/if}}</td><td align="right" ${sum}>{{total}}</td></tr>
        </mj-table>
        <mj-text css-class="quiet" color="#71717a" font-size="13px" line-height="20px" padding="0 0 4px">Goes to</mj-text>
        <mj-text font-size="15px" line-height="23px" padding="0 0 24px">{{#each addressLines}}{{this}}{{#unless @last}}<br />{{/unless}}{{/each}}</mj-text>`,
    button: { label: "View your order", url: "{{url}}" },
  }),
  text: `Thank you, {{name}}.

We have your order {{orderId}} and are packing it now. You hear from us again when it leaves.

{{#each items}}
  {{quantity}} x {{name}}: {{amount}}
{{/each}}
  Delivery: {{shipping}}
  {{#if cod}}To pay on delivery{{else}}Paid{{/if}}: {{total}}

Goes to:
{{#each addressLines}}
  {{this}}
{{/each}}

View your order: {{url}}
${textFooter(business)}`,
  example: {
    name: "Asha",
    orderId: "KR-48213",
    items: [
      { name: "Assam second flush tea, 500 g", quantity: 2, amount: "₹850" },
      { name: "Indigo block-print kurta, M", quantity: 1, amount: "₹1,499" },
    ],
    shipping: "₹49",
    total: "₹2,398",
    cod: true,
    addressLines: ["Asha Iyer", "14, 3rd Cross, Malleshwaram", "Bengaluru 560003", "Karnataka"],
    url: "https://shop.example.in/orders/KR-48213",
  },
});
