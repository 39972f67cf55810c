// Every topic of the application: its name in camelCase is the function that publishes it, `publishEvent.userRegistered(…)`.
export { reportRequested } from "./report-requested.ts";
export { userRegistered } from "./user-registered.ts";
