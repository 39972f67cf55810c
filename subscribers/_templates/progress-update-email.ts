import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.voting;
const reason = "You get this because you support {{model}} on Pageant.";

export const progressUpdateEmail = emailTemplate({
  name: "progress-update",
  category: "supporter-updates",
  data: z.object({
    name: z.string(),
    model: z.string(),
    milestone: z.string(),
    votes: z.string(),
    next: z.string().optional(),
    url: z.url(),
  }),
  subject: "{{model}} has passed {{milestone}} votes",
  mjml: layout({
    business,
    preheader: "{{#if next}}The next mark is {{next}}.{{else}}That was the last mark.{{/if}} See where the ranking stands.",
    heading: "{{milestone}} votes for {{model}}",
    body: `        <mj-text>Hello {{name}}, your support shows: {{model}} has just passed {{milestone}} votes.</mj-text>
${details([
  ["Votes now", "{{votes}}"],
  ["Next mark", "{{next}}", "next"],
])}`,
    button: { label: "See the live ranking", url: "{{url}}" },
    reason,
    optional: true,
  }),
  text: `Hello {{name}},

your support shows: {{model}} has just passed {{milestone}} votes.

  Votes now: {{votes}}
{{#if next}}
  Next mark: {{next}}
{{/if}}

See the live ranking: {{url}}
${textFooter(business, { reason, optional: true })}`,
  example: {
    name: "Ishita",
    model: "Meera Nair",
    milestone: "12,500",
    votes: "12,503",
    next: "15,000",
    url: "https://vote.example.in/models/meera-nair",
  },
});
