import { defineSubscriber } from "../src/index.ts";
import { modelRankChanged } from "../topics/model-rank-changed.ts";
import { count, firstName } from "./_templates/format.ts";
import { rankUpdateEmail } from "./_templates/rank-update-email.ts";
import { rankUpdatePush } from "./_templates/rank-update-push.ts";

export default defineSubscriber(modelRankChanged, {
  name: "rank-update",
  description: "Tells all supporters of a model at once that its rank changed, by e-mail and on the devices of those who have the app.",
  priority: "critical",
  deliver: ({ email, push }) => [
    email({
      audience: async ({ data }, { cursor, services }) => {
        const { supporters, next } = await services.supporters.page(data.model.id, cursor);
        return { recipients: supporters.map(({ email: to, name }) => ({ to, name })), next };
      },
      template: rankUpdateEmail,
      data: ({ data: { model, rank, before, votes } }, { name }) => ({
        name: firstName(name),
        model: model.name,
        up: rank < before,
        rank,
        before,
        votes: count(votes),
        url: model.url,
      }),
    }),
    push({
      audience: async ({ data }, { cursor, services }) => {
        const { supporters, next } = await services.supporters.page(data.model.id, cursor);
        return { recipients: supporters.flatMap(({ device }) => (device === undefined ? [] : [device])), next };
      },
      template: rankUpdatePush,
      data: ({ data: { model, rank, before, votes } }) => ({
        model: model.name,
        up: rank < before,
        rank,
        before,
        votes: count(votes),
        url: model.url,
      }),
    }),
  ],
});
