import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.voting;

export const voteConfirmationEmail = emailTemplate({
  name: "vote-confirmation",
  data: z.object({ name: z.string(), model: z.string(), votes: z.string(), rank: z.int(), url: z.url() }),
  subject: "Your vote for {{model}} counts",
  mjml: layout({
    business,
    preheader: "{{model}} now has {{votes}} votes and stands at number {{rank}}.",
    heading: "Your vote counts, {{name}}",
    body: `        <mj-text>Thank you for voting for {{model}}. Here is where things stand right now:</mj-text>
${details([
  ["Model", "{{model}}"],
  ["Votes so far", "{{votes}}"],
  ["Place", "No. {{rank}}"],
])}`,
    button: { label: "See the live ranking", url: "{{url}}" },
  }),
  text: `Hello {{name}},

thank you for voting for {{model}}. Here is where things stand right now:

  Votes so far: {{votes}}
  Place:        No. {{rank}}

See the live ranking: {{url}}
${textFooter(business)}`,
  example: {
    name: "Rohan",
    model: "Meera Nair",
    votes: "12,408",
    rank: 7,
    url: "https://vote.example.in/models/meera-nair",
  },
});
