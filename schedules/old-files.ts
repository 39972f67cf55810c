import { defineSchedule } from "../src/index.ts";
import { maintenanceDue } from "../topics/maintenance-due.ts";

export default defineSchedule(maintenanceDue, {
  name: "old-files",
  description: "Removes exports and reports every night that nobody can fetch any more.",
  cron: "0 3 * * *",
  timeZone: "Asia/Kolkata",
  data: ({ time }) => ({ task: "old-files", dueAt: time }),
});
