import { defineConfig } from "busbar";
import { services } from "./services.ts";
import * as topics from "./topics/index.ts";

/** The application. What depends on where it runs (addresses, keys, limits) comes from the environment: see .env.example. */
export default defineConfig({
  application: "app-name",
  topics,
  subscribers: new URL("./subscribers/", import.meta.url),
  services,
  channels: { email: { from: { address: "hello@example.com", name: "app-name" } } },
});

// Tells handlers the types of this application's topics and services.
declare module "busbar" {
  interface Register {
    topics: typeof topics;
    services: typeof services;
  }
}
