import * as z from "zod";
import { createBus, defineTopic } from "../../src/index.ts";

const orderPlaced = defineTopic("order.placed", z.object({ id: z.string(), total: z.int() }), { key: (order) => order.id });

export interface Order {
  readonly id: string;
  readonly total: number;
}

/** It is asked nothing here but to publish in transactions, so it never connects to Redis. */
export const bus = createBus({ application: "shop", topics: { orderPlaced } });
export const { publishEvent } = bus;
