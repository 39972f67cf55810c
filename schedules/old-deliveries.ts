import { defineSchedule } from "../src/index.ts";
import { maintenanceDue } from "../topics/maintenance-due.ts";

export default defineSchedule(maintenanceDue, {
  name: "old-deliveries",
  description: "Forgets finished deliveries every night that are older than two days; dead letters stay.",
  cron: "30 3 * * *",
  timeZone: "Asia/Kolkata",
  // What was not cleaned last night is cleaned tonight.
  missed: "skip",
  data: ({ time }) => ({ task: "old-deliveries", dueAt: time }),
});
