import * as z from "zod";
import { pushTemplate } from "../../src/index.ts";

export const rankUpdatePush = pushTemplate({
  name: "rank-update",
  category: "supporter-updates",
  data: z.object({ model: z.string(), up: z.boolean(), rank: z.int(), before: z.int(), votes: z.string(), url: z.url() }),
  title: "{{model}} is now number {{rank}}",
  body: "{{#if up}}Up{{else}}Down{{/if}} from number {{before}}, with {{votes}} votes.",
  link: "{{url}}",
  example: {
    model: "Meera Nair",
    up: true,
    rank: 6,
    before: 7,
    votes: "12,611",
    url: "https://vote.example.in/models/meera-nair",
  },
});
