import { defineSchedule } from "../src/index.ts";
import { maintenanceDue } from "../topics/maintenance-due.ts";

export default defineSchedule(maintenanceDue, {
  name: "stock-check",
  description: "Looks every night for products that run out, when the supplier's figures are in.",
  cron: "30 2 * * *",
  timeZone: "Asia/Kolkata",
  data: ({ time }) => ({ task: "stock-check", dueAt: time }),
});
