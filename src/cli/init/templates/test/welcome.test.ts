import { createTestBus, eventOf, plan } from "busbar/testing";
import { expect, it, onTestFinished } from "vitest";
import welcome from "../subscribers/welcome.ts";
import * as topics from "../topics/index.ts";

const ananya = { userId: "usr_1", name: "Ananya", email: "ananya@example.com" };

// Planning is pure: no Redis, no waiting.
it("plans one e-mail to whoever signed up", () => {
  expect(plan(welcome, eventOf(topics.userRegistered, ananya)).deliveries).toMatchObject([
    { channel: "email", to: "ananya@example.com", data: { name: "Ananya" } },
  ]);
});

// The whole way, over a real Redis, to an inbox that nobody else sees.
it("welcomes by name", async () => {
  const bus = await createTestBus({ topics, subscribers: [welcome] });
  onTestFinished(() => bus.stop());
  await bus.publishEvent.userRegistered(ananya);
  expect(await bus.drain()).toMatchObject({ sent: 1 });
  await bus.expectSent({ to: "ananya@example.com", subject: "Welcome, Ananya" });
});
