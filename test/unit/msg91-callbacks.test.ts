import { describe, expect, it } from "vitest";
import { UnreadableCallback } from "../../src/providers/callback.ts";
import { msg91Callbacks } from "../../src/providers/msg91-callbacks.ts";
import { msg91Statuses } from "../../src/providers/msg91-statuses.ts";

const secret = "a-secret-that-we-made-up";
const reader = msg91Callbacks({ secret });
const at = "https://shop.example.com/callbacks/msg91";
const verdict = (url: string, headers: Record<string, string> = {}, method = "POST"): string =>
  reader.verify({ method, url, headers, body: Buffer.from("{}"), now: 0 }).kind;

describe("MSG91's secret", () => {
  it("ends the address, or stands in a header", () => {
    expect(verdict(`${at}/${secret}`)).toBe("genuine");
    expect(verdict(`${at}/${secret}?a=1`)).toBe("genuine");
    expect(verdict(at, { "x-busbar-secret": secret })).toBe("genuine");
  });

  it("is needed, whole, and in no other place", () => {
    expect(verdict(at)).toBe("refused");
    for (const wrong of [secret.slice(1), `${secret}x`, "x", "", `${secret}/`, `x/${secret}`])
      expect(verdict(`${at}/${wrong}`)).toBe("refused");
    expect(verdict(`${at}?secret=${secret}`)).toBe("refused");
    expect(verdict(`${at}/wrong`, { "x-busbar-secret": secret })).toBe("refused");
    expect(verdict(at, { "x-busbar-secret": "" })).toBe("refused");
    expect(verdict(`${at}/${secret}`, {}, "GET")).toBe("refused");
  });
});

const read = (body: string, own = reader) => own.read({ url: "/callbacks/msg91", contentType: "", body });
const id = "35666a716868323535323239";
const shared = { kind: "status", channel: "sms", provider: "msg91", messageId: id, address: "+919845012345" };

describe("MSG91's reports", () => {
  it("B3: come as a form whose data are JSON, of several numbers each", () => {
    const report = [
      { date: "2026-01-31 15:00:00", number: "919845012345", status: "1", desc: "DELIVERED" },
      { date: "2026-01-31 15:00:00", number: "919845012346", status: "2", desc: "FAILED to 919845012346" },
    ];
    const data = JSON.stringify([{ senderId: "SHOP", requestId: id, userId: "1", campaignName: "x", report }]);
    expect(read(new URLSearchParams({ data }).toString())).toEqual([
      { ...shared, status: "delivered" },
      {
        ...shared,
        address: "+919845012346",
        status: "failed",
        reason: "2 FAILED to the number",
        outcome: { kind: "retry", reason: "2 FAILED to the number" },
      },
    ]);
  });

  it.each([
    ["JSON of one number", JSON.stringify({ request_id: id, status: "DELIVERED", mobile: "919845012345" })],
    ["JSON of several", JSON.stringify([{ requestId: id, reportStatus: 1, telNum: "+919845012345" }])],
    ["JSON with the list inside", JSON.stringify({ data: [{ requestId: id, report: [{ number: "919845012345", status: 1 }] }] })],
    ["a form of fields", new URLSearchParams({ requestId: id, status: "delivered", mobile: "919845012345" }).toString()],
  ])("%s says the same", (_, body) => {
    expect(read(body)).toEqual([{ ...shared, status: "delivered" }]);
  });

  const rows: Record<string, string> = {
    1: "delivered",
    2: "failed retry",
    3: "accepted",
    5: "accepted",
    6: "accepted",
    8: "accepted",
    9: "failed suppress",
    13: "failed retry",
    16: "failed reject",
    17: "failed suppress",
    25: "failed reject",
    26: "failed reject",
    delivered: "delivered",
    delivrd: "delivered",
    read: "read",
    sent: "accepted",
    submitted: "accepted",
    accepted: "accepted",
    pending: "accepted",
    queued: "accepted",
    failed: "failed retry",
    undelivered: "failed retry",
    undeliv: "failed retry",
    expired: "failed retry",
    rejected: "failed reject",
    rejectd: "failed reject",
    ndnc: "failed suppress",
    blocked: "failed suppress",
    "invalid number": "bounced suppress",
    "absent subscriber": "failed retry",
  };
  it.each(Object.entries(rows))("%s is %s", (status, expected) => {
    const [notice] = read(JSON.stringify({ requestId: id, status: status.toUpperCase() }));
    expect(notice?.kind === "status" ? [notice.status, notice.outcome?.kind].filter(Boolean).join(" ") : "nothing").toBe(expected);
  });

  it("all statuses are tried here", () => {
    expect(Object.keys(rows).toSorted()).toEqual(Object.keys(msg91Statuses).toSorted());
  });

  it("who is on the registry of those who want no marketing is kept from marketing alone", () => {
    expect(read(JSON.stringify({ requestId: id, status: 9 }))).toMatchObject([{ outcome: { kind: "suppress", category: "marketing" } }]);
  });

  it("fields of other names, and a team's own statuses, are set", () => {
    const own = msg91Callbacks({ secret, fields: { request: ["crqid"], status: ["was"] }, statuses: { 7: "delivered" } });
    expect(read(JSON.stringify({ crqid: id, was: "7", mobile: "919845012345" }), own)).toEqual([{ ...shared, status: "delivered" }]);
  });

  it("what names no request or no known status says nothing", () => {
    const odd = [{}, null, 5, { requestId: id }, { status: 1 }, { requestId: id, status: "constructor" }, { requestId: [], status: {} }];
    expect(read(JSON.stringify(odd))).toEqual([]);
  });

  it.each(["", "=", "[", '{"a"', `data=${encodeURIComponent("[")}`, "a=1&".repeat(2_000)])(
    "a body that begins %.8j is unreadable",
    (body) => {
      expect(() => read(body)).toThrow(UnreadableCallback);
    },
  );
});
