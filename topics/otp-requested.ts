import * as z from "zod";
import { defineTopic, pii, secret } from "../src/index.ts";

export const otpRequested = defineTopic(
  "otp.requested",
  z.object({
    requestId: z.string(),
    purpose: z.enum(["login", "payment"]),
    code: secret(z.string().regex(/^\d{4,8}$/)),
    user: z.object({ id: z.string(), phone: pii(z.e164()) }),
    requestedAt: z.iso.datetime(),
  }),
  {
    description: "A login or a payment needs a one-time code.",
    key: ({ user }) => user.id,
    index: ["requestId", "user.id", "user.phone"],
    example: {
      requestId: "otp_3391",
      purpose: "login",
      code: "482913",
      user: { id: "usr_2077", phone: "+919900112233" },
      requestedAt: "2025-10-18T10:58:02Z",
    },
  },
);
