import { afterAll } from "vitest";

/** Keeps what a file's tests make and stops it all after them. */
export function busesOf() {
  const made: { stop(): Promise<void> }[] = [];
  afterAll(async () => {
    await Promise.all(made.map((bus) => bus.stop()));
  });
  return <Made extends { stop(): Promise<void> }>(make: () => Made): Made => {
    const bus = make();
    made.push(bus);
    return bus;
  };
}
