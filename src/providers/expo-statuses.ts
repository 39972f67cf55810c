import { expoCodes } from "./expo-outcomes.ts";
import { type StatusTable, statusesOf } from "./status-table.ts";

/**
 * What Expo's receipts say, by the error of one that went wrong, else by its status.
 * Source: Expo's page on sending notifications, and the types of expo-server-sdk 6.1.0.
 */
export const expoStatuses: StatusTable = {
  ...statusesOf(Object.fromEntries(Object.entries(expoCodes).filter(([code]) => /^[A-Z][a-z]/.test(code)))),
  ok: "delivered", // Apple or Google took it for the device: nobody says more
  error: { status: "failed", outcome: "retry" },
};
