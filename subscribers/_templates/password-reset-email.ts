import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.shop;
const reason = "You get this because somebody asked for a new password for this address.";

export const passwordResetEmail = emailTemplate({
  name: "password-reset",
  data: z.object({ name: z.string(), validFor: z.string(), device: z.string().optional(), url: z.url() }),
  subject: "Choose a new password",
  mjml: layout({
    business,
    preheader: "The link works once, for {{validFor}}.",
    heading: "Choose a new password",
    body: `        <mj-text>Hello {{name}}, you asked for a new password for your account with Kirana &amp; Co. The link below works once.</mj-text>
        <mj-text>If that was not you, you need not do anything: your password stays as it is.</mj-text>
${details([
  ["Link works for", "{{validFor}}"],
  ["Asked for on", "{{device}}", "device"],
])}`,
    button: { label: "Choose a new password", url: "{{url}}" },
    reason,
  }),
  text: `Hello {{name}},

you asked for a new password for your account with Kirana & Co. This link works once, for {{validFor}}:

{{url}}

{{#if device}}
Asked for on: {{device}}

{{/if}}
If that was not you, you need not do anything: your password stays as it is.
${textFooter(business, { reason })}`,
  example: {
    name: "Asha",
    validFor: "30 minutes",
    device: "Chrome on Android, Bengaluru",
    url: "https://shop.example.in/password/8c1f0e7a5b",
  },
});
