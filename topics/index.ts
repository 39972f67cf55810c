export { orderPlaced } from "./order-placed.ts";
export { voteCreated } from "./vote-created.ts";
export { withdrawalProcessed } from "./withdrawal-processed.ts";
