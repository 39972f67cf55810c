import * as z from "zod";
import { whatsappTemplate } from "../../src/index.ts";

export const codConfirmationWhatsapp = whatsappTemplate({
  name: "cod-confirmation",
  approvedAs: "cod_confirmation",
  data: z.object({ name: z.string(), orderId: z.string(), total: z.string(), place: z.string() }),
  body: `Hello {{name}}, please confirm your order {{orderId}}: {{total}} in cash on delivery to {{place}}.

Reply YES and we pack it, or NO and we cancel it.`,
  example: { name: "Asha", orderId: "KR-48213", total: "₹2,398", place: "Bengaluru 560003" },
});
