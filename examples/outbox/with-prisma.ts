import { PrismaPg } from "@prisma/adapter-pg";
import { prismaTransaction } from "../../src/index.ts";
import { type Order, publishEvent } from "./bus.ts";
import { PrismaClient } from "./generated/client.ts";

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env["DATABASE_URL"] }) });

export function placeOrder(order: Order) {
  return prisma.$transaction(async (tx) => {
    await tx.order.create({ data: order });
    return publishEvent.orderPlaced(order, { tx: prismaTransaction(tx) });
  });
}

export const close = () => prisma.$disconnect();
