import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.operations;

export const lowStockEmail = emailTemplate({
  name: "low-stock",
  data: z.object({
    product: z.string(),
    sku: z.string(),
    stock: z.string(),
    threshold: z.string(),
    warehouse: z.string(),
    url: z.url(),
  }),
  subject: "Low stock: {{product}} ({{stock}} left)",
  mjml: layout({
    business,
    preheader: "{{warehouse}}, threshold {{threshold}}.",
    heading: "{{stock}} left of {{product}}",
    body: `        <mj-text>The stock in {{warehouse}} has fallen under its threshold.</mj-text>
${details([
  ["SKU", "{{sku}}"],
  ["In stock", "{{stock}}"],
  ["Threshold", "{{threshold}}"],
])}`,
    button: { label: "Order more", url: "{{url}}" },
  }),
  text: `{{stock}} left of {{product}}

The stock in {{warehouse}} has fallen under its threshold.

  SKU:       {{sku}}
  In stock:  {{stock}}
  Threshold: {{threshold}}

Order more: {{url}}
${textFooter(business)}`,
  example: {
    product: "Assam second flush tea, 500 g",
    sku: "TEA-ASM-500",
    stock: "8",
    threshold: "25",
    warehouse: "Bengaluru East",
    url: "https://shop.example.in/operations/products/TEA-ASM-500",
  },
});
