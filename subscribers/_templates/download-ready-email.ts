import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.operations;
const reason = "You get this because you asked for the file.";

export const downloadReadyEmail = emailTemplate({
  name: "download-ready",
  data: z.object({ name: z.string(), title: z.string(), rows: z.string(), size: z.string(), validUntil: z.string(), url: z.url() }),
  subject: "Ready: {{title}}",
  mjml: layout({
    business,
    preheader: "{{rows}} rows, {{size}}. The link works until {{validUntil}}.",
    heading: "{{title}}",
    body: `        <mj-text>Hello {{name}}, the file that you asked for is ready.</mj-text>
${details([
  ["Rows", "{{rows}}"],
  ["Size", "{{size}}"],
  ["Link works until", "{{validUntil}}"],
])}`,
    button: { label: "Download the file", url: "{{url}}" },
    reason,
  }),
  text: `Hello {{name}},

the file that you asked for is ready: {{title}}.

  Rows: {{rows}}
  Size: {{size}}
  Link works until: {{validUntil}}

Download the file: {{url}}
${textFooter(business, { reason })}`,
  example: {
    name: "Farah",
    title: "Sales, 1–17 October 2025",
    rows: "17",
    size: "412 bytes",
    validUntil: "25 October 2025",
    url: "https://shop.example.in/operations/files/rep_0917",
  },
});
