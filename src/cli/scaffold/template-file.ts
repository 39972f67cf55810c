import type { TemplateChannel } from "../../define/channel-name.ts";
import { importLines, quoted } from "./code.ts";
import { sentence } from "./names.ts";
import { type SubscriberParts, templateNames } from "./subscriber-file.ts";

/** A template to begin with: what happened, and what it is about. */
export function templateText(parts: SubscriberParts & { readonly channel: TemplateChannel }, product: string): string {
  const { name, channel, field, value } = parts;
  return `${importLines([
    [`{ ${channel}Template }`, product],
    ["* as z", "zod"],
  ])}
export const ${templateNames(parts).exported} = ${channel}Template({
  name: "${name}",
  data: z.object({ ${field}: z.string() }),
${contents[channel](sentence(parts.topic.name), parts)
  .map((line) => `${line}\n`)
  .join("")}  example: { ${field}: ${quoted(value)} },
});
`;
}

const contents: Readonly<Record<TemplateChannel, (what: string, parts: SubscriberParts) => string[]>> = {
  email: (what, { field }) => [
    `  subject: "${what}: {{${field}}}",`,
    '  mjml: `<mjml lang="en">',
    "  <mj-body>",
    "    <mj-section>",
    "      <mj-column>",
    `        <mj-text>${what}: {{${field}}}.</mj-text>`,
    "      </mj-column>",
    "    </mj-section>",
    "  </mj-body>",
    "</mjml>`,",
    `  text: "${what}: {{${field}}}.",`,
  ],
  sms: (what, { field }) => [`  text: "${what}: {{${field}}}.",`],
  whatsapp: (what, { field, name }) => [
    "  // The name and the text that WhatsApp has approved, word by word.",
    `  approvedAs: "${name.replaceAll("-", "_")}",`,
    '  language: "en",',
    `  body: "${what}: {{${field}}}.",`,
  ],
  push: (what, { field }) => [`  title: "${what}",`, `  body: "It is about {{${field}}}.",`],
};
