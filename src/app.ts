import { defineConfig } from "./bus/config.ts";
import { services } from "../subscribers/_services/index.ts";
import * as topics from "../topics/index.ts";

/** This repository's own application: its topics, subscribers and schedules, and the systems that they use. */
export default defineConfig({
  application: "busbar",
  topics,
  subscribers: new URL("../subscribers/", import.meta.url),
  schedules: new URL("../schedules/", import.meta.url),
  services,
  categories: {
    "supporter-updates": { title: "News of the models you support", description: "When one of them changes its rank or passes a mark." },
    referrals: { title: "News of your invitations", description: "When a friend joins with your code, and what it brings you." },
  },
});
