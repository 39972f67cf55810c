import { expect, it } from "vitest";
import { isLoopbackHost, isOwnOrigin } from "../../src/server/guard.ts";

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

it.each<[string, Record<string, string>, boolean]>([
  ["no page", {}, true],
  ["a page of this server", { origin: "https://bus.example.com", "sec-fetch-site": "same-origin" }, true],
  ["a page of its public name, behind a proxy that calls it by another", { origin: "https://public.example.com" }, true],
  ["a page of another site", { origin: "https://evil.example" }, false],
  ["a page of another site that sends no origin", { "sec-fetch-site": "cross-site" }, false],
  ["a page of a neighbour", { origin: "https://other.example.com", "sec-fetch-site": "same-site" }, false],
  ["a frame without an origin", { origin: "null" }, false],
])("C4: what changes something at the queue board comes from %s: %s", (_, headers, own) => {
  const request = { headers: { host: "bus.example.com", ...headers } };
  expect(isOwnOrigin(request as never, "https://public.example.com")).toBe(own);
});
