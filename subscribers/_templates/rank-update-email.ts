import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.voting;
const reason = "You get this because you support {{model}} on Pageant.";
const news =
  "{{#if up}}{{model}} has climbed from number {{before}} to number {{rank}}. Your votes did that.{{else}}{{model}} has slipped from number {{before}} to number {{rank}}. Every vote helps to turn that round.{{/if}}";

export const rankUpdateEmail = emailTemplate({
  name: "rank-update",
  category: "supporter-updates",
  data: z.object({
    name: z.string(),
    model: z.string(),
    up: z.boolean(),
    rank: z.int(),
    before: z.int(),
    votes: z.string(),
    url: z.url(),
  }),
  subject: "{{model}} {{#if up}}climbs{{else}}slips{{/if}} to number {{rank}}",
  mjml: layout({
    business,
    preheader: "It was number {{before}} until now, and has {{votes}} votes.",
    heading: "{{model}} is now number {{rank}}",
    body: `        <mj-text>Hello {{name}}, ${news}</mj-text>
${details([
  ["Place now", "No. {{rank}}"],
  ["Place before", "No. {{before}}"],
  ["Votes", "{{votes}}"],
])}`,
    button: { label: "See the live ranking", url: "{{url}}" },
    reason,
    optional: true,
  }),
  text: `Hello {{name}},

${news}

  Place now:    No. {{rank}}
  Place before: No. {{before}}
  Votes:        {{votes}}

See the live ranking: {{url}}
${textFooter(business, { reason, optional: true })}`,
  example: {
    name: "Ishita",
    model: "Meera Nair",
    up: true,
    rank: 6,
    before: 7,
    votes: "12,611",
    url: "https://vote.example.in/models/meera-nair",
  },
});
