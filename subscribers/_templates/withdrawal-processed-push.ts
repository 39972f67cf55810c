import * as z from "zod";
import { pushTemplate } from "../../src/index.ts";

export const withdrawalProcessedPush = pushTemplate({
  name: "withdrawal-processed",
  data: z.object({ amount: z.string(), account: z.string(), reference: z.string(), url: z.url() }),
  title: "{{amount}} paid out",
  body: "To {{account}}. Bank reference (UTR): {{reference}}.",
  link: "{{url}}",
  example: {
    amount: "₹1,250",
    account: "kav•••@okhdfcbank",
    reference: "529118204417",
    url: "https://wallet.example.in/withdrawals/WD-90311",
  },
});
