import { defineSubscriber } from "../src/index.ts";
import { modelProgressMilestone } from "../topics/model-progress-milestone.ts";
import { count, firstName } from "./_templates/format.ts";
import { progressUpdateEmail } from "./_templates/progress-update-email.ts";

export default defineSubscriber(modelProgressMilestone, {
  name: "progress-update",
  description: "Tells all supporters of a model that it reached a milestone.",
  deliver: ({ email }) => [
    email({
      audience: async ({ data }, { cursor, services }) => {
        const { supporters, next } = await services.supporters.page(data.model.id, cursor);
        return { recipients: supporters.map(({ email: to, name }) => ({ to, name })), next };
      },
      template: progressUpdateEmail,
      data: ({ data: { model, milestone, votes, next } }, { name }) => ({
        name: firstName(name),
        model: model.name,
        milestone: count(milestone),
        votes: count(votes),
        ...(next === undefined ? {} : { next: count(next) }),
        url: model.url,
      }),
      priority: "low",
    }),
  ],
});
