import type { services } from "./index.ts";

/** Types `services` and `publishEvent` in every handler and audience of this repository. */
declare module "../../src/index.ts" {
  interface Register {
    readonly topics: typeof import("../../topics/index.ts");
    readonly services: typeof services;
  }
}
