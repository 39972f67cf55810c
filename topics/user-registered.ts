import * as z from "zod";
import { defineTopic, pii } from "../src/index.ts";

export const userRegistered = defineTopic(
  "user.registered",
  z.object({
    user: z.object({ id: z.string(), name: pii(z.string()), email: pii(z.email()) }),
    referralCode: z.string(),
    url: z.url().describe("where the user begins"),
    registeredAt: z.iso.datetime(),
  }),
  {
    description: "Somebody signed up.",
    key: ({ user }) => user.id,
    index: ["user.id", "user.email"],
    example: {
      user: { id: "usr_1198", name: "Ananya Deshpande", email: "ananya.deshpande@example.in" },
      referralCode: "ANANYA-4F7",
      url: "https://vote.example.in/models",
      registeredAt: "2025-10-19T05:47:20Z",
    },
  },
);
