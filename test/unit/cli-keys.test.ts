import { expect, it } from "vitest";
import { keyLines } from "../../src/cli/keys.ts";

it("keys are a line each, with what they may do, how often, until when, when they were last used, and by which they are replaced", () => {
  const created = "2026-11-01T10:00:00.000Z";
  const keys = [
    { id: "k3v2abcdef", name: "shop-backend", scopes: ["publish:order.*", "read"], rate: { max: 100, per: 1_000 }, created },
    { id: "a2b3c4d5e6", name: "old", scopes: ["admin"], created, expires: created, lastUsed: "2026-11-02T10:07:00.000Z" },
    { id: "b7c3d4e5f6", name: "shop", scopes: ["read"], created, expires: "2026-11-03T10:00:00.000Z", replacedBy: "c7c3d4e5f6" },
  ];
  expect(keyLines(keys, Date.parse(created))).toEqual([
    "ID          NAME          SCOPES                RATE    CREATED     EXPIRES            LAST USED          REPLACED BY",
    "k3v2abcdef  shop-backend  publish:order.* read  100/1s  2026-11-01  never              never              -",
    "a2b3c4d5e6  old           admin                 -       2026-11-01  expired            2026-11-02T10:07Z  -",
    "b7c3d4e5f6  shop          read                  -       2026-11-01  2026-11-03T10:00Z  never              c7c3d4e5f6",
  ]);
});
