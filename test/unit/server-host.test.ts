import { expect, it } from "vitest";
import { isLoopbackHost } from "../../src/server/guard.ts";

it.each(["127.0.0.1", "127.0.0.1:4000", "localhost:4000", "LOCALHOST", "shop.localhost:80", "[::1]", "[::1]:4000", "127.1.2.3:1"])(
  "answers to the loopback name %s",
  (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  },
);

it.each([
  undefined,
  "",
  "example.com",
  "example.com:4000",
  "127.0.0.1.example.com",
  "localhost.example.com",
  "example.com#127.0.0.1",
  "127.0.0.1@example.com",
  "example.com@127.0.0.1",
  "10.0.0.1",
  "0.0.0.0",
  "[::]",
  "[fe80::1]:4000",
  "127.0.0.1:4000:80",
  "127.0.0.1/..",
])("refuses the name %s", (host) => {
  expect(isLoopbackHost(host)).toBe(false);
});
