import { defineSchedule } from "../src/index.ts";
import { affiliateSyncDue } from "../topics/affiliate-sync-due.ts";

export default defineSchedule(affiliateSyncDue, {
  name: "affiliate-sync",
  description: "Asks the affiliate network every half hour which purchases were confirmed.",
  cron: "*/30 * * * *",
  timeZone: "Asia/Kolkata",
  data: () => ({ network: "saathi" }),
});
