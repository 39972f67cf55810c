import { defineTopic } from "busbar";
import * as z from "zod";

export const userRegistered = defineTopic("user.registered", z.object({ userId: z.string(), name: z.string(), email: z.email() }), {
  description: "Somebody signed up.",
  // Events about one user stay in order.
  key: ({ userId }) => userId,
  example: { userId: "usr_1198", name: "Ananya Deshpande", email: "ananya@example.com" },
});
