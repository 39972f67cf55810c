import { defineConfig } from "./bus/config.ts";
import * as topics from "../topics/index.ts";

/** This repository's own application: its topics and subscribers. */
export default defineConfig({
  application: "busbar",
  topics,
  subscribers: new URL("../subscribers/", import.meta.url),
});
