import { defineSubscriber } from "../src/index.ts";
import { voteCreated } from "../topics/vote-created.ts";
import { count, firstName } from "./_templates/format.ts";
import { voteConfirmationEmail } from "./_templates/vote-confirmation-email.ts";

export default defineSubscriber(voteCreated, {
  name: "vote-confirmation",
  description: "Thanks the voter, and says where their model stands now.",
  deliver: ({ email }) => [
    email({
      to: ({ data }) => data.voter.email,
      template: voteConfirmationEmail,
      data: ({ data: { voter, model } }) => ({
        name: firstName(voter.name),
        model: model.name,
        votes: count(model.votes),
        rank: model.rank,
        url: model.url,
      }),
      priority: "normal",
    }),
  ],
});
