import * as z from "zod";
import { defineTopic, pii, secret } from "../src/index.ts";

export const passwordResetRequested = defineTopic(
  "password.reset_requested",
  z.object({
    requestId: z.string(),
    user: z.object({ id: z.string(), name: pii(z.string()), email: pii(z.email()) }),
    url: secret(z.url()).describe("the link that sets a new password, once"),
    validMinutes: z.int().positive().max(1_440).describe("how long the link works"),
    device: z.string().optional().describe("where it was asked for, as the user would recognise it"),
    requestedAt: z.iso.datetime(),
  }),
  {
    description: "Somebody forgot their password and asked for a link.",
    key: ({ user }) => user.id,
    index: ["requestId", "user.id", "user.email"],
    example: {
      requestId: "pwd_70215",
      user: { id: "cus_5120", name: "Asha Iyer", email: "asha.iyer@example.in" },
      url: "https://shop.example.in/password/8c1f0e7a5b",
      validMinutes: 30,
      device: "Chrome on Android, Bengaluru",
      requestedAt: "2025-10-18T08:01:40Z",
    },
  },
);
