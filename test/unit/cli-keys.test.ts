import { expect, it } from "vitest";
import { keyLines } from "../../src/cli/keys.ts";

it("keys are a line each, with what they may do, how often, until when, and when they were last used", () => {
  const created = Date.parse("2026-11-01T10:00:00Z");
  const keys = [
    { id: "k3v2abcdef", name: "shop-backend", scopes: ["publish:order.*", "read"], rate: { max: 100, per: 1_000 }, created },
    { id: "a2b3c4d5e6", name: "old", scopes: ["admin"], created, expires: created + 1, lastUsed: Date.parse("2026-11-02T10:07:00Z") },
  ];
  expect(keyLines(keys, created + 1)).toEqual([
    "ID          NAME          SCOPES                RATE    CREATED     EXPIRES  LAST USED",
    "k3v2abcdef  shop-backend  publish:order.* read  100/1s  2026-11-01  never    never",
    "a2b3c4d5e6  old           admin                 -       2026-11-01  expired  2026-11-02T10:07Z",
  ]);
});
