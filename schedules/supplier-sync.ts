import { defineSchedule } from "../src/index.ts";
import { inventorySyncRequested } from "../topics/inventory-sync-requested.ts";

export default defineSchedule(inventorySyncRequested, {
  name: "supplier-sync",
  description: "Brings the stock in line with the supplier every night: with what changed since the last one.",
  cron: "0 2 * * *",
  timeZone: "Asia/Kolkata",
  data({ date, previous }) {
    const sync = { syncId: `sync_${date}`, supplier: "nilgiri-traders" };
    return previous === undefined ? { ...sync, mode: "full" } : { ...sync, mode: "incremental", since: previous };
  },
});
