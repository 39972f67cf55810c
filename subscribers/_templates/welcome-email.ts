import * as z from "zod";
import { emailTemplate } from "../../src/index.ts";
import { businesses, details, layout, textFooter } from "./layout.ts";

const business = businesses.voting;
const reason = "You get this because you signed up with Pageant.";

export const welcomeEmail = emailTemplate({
  name: "welcome",
  data: z.object({ name: z.string(), referralCode: z.string(), url: z.url() }),
  subject: "Welcome to Pageant, {{name}}",
  mjml: layout({
    business,
    preheader: "Pick a model, give them your vote, and watch the ranking move.",
    heading: "Welcome, {{name}}",
    body: `        <mj-text>Good to have you. Pick a model, give them your vote, and watch the ranking move.</mj-text>
        <mj-text>Bring friends along: everyone who signs up with your code counts towards your rewards.</mj-text>
${details([["Your invitation code", '<strong class="strong">{{referralCode}}</strong>']])}`,
    button: { label: "Cast your first vote", url: "{{url}}" },
    reason,
  }),
  text: `Welcome, {{name}}.

Good to have you. Pick a model, give them your vote, and watch the ranking move.

Bring friends along: everyone who signs up with your code counts towards your rewards.

  Your invitation code: {{referralCode}}

Cast your first vote: {{url}}
${textFooter(business, { reason })}`,
  example: { name: "Ananya", referralCode: "ANANYA-4F7", url: "https://vote.example.in/models" },
});
