import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Notice } from "../../src/define/notice.ts";
import { deliveryStatuses } from "../../src/define/status.ts";
import { type CallbackReader, type ReceivedCallback, UnreadableCallback } from "../../src/providers/callback.ts";
import { metaCallbacks } from "../../src/providers/meta-callbacks.ts";
import { msg91Callbacks } from "../../src/providers/msg91-callbacks.ts";
import { sendgridCallbacks } from "../../src/providers/sendgrid-callbacks.ts";
import { twilioCallbacks } from "../../src/providers/twilio-callbacks.ts";
import { bySendgrid, byMeta, byTwilio, sendgridPair, type Signed } from "../support/signed-callbacks.ts";

const { publicKey, privateKey } = sendgridPair();
const readers: readonly CallbackReader[] = [
  sendgridCallbacks({ publicKey }),
  twilioCallbacks({ authTokens: ["token"] }),
  metaCallbacks({ appSecret: "secret", verifyToken: "token" }),
  msg91Callbacks({ secret: "secret" }),
];
const each = describe.each(readers.map((reader) => [reader.name, reader] as const));
/** Longer than any of these takes by a hundred times, on a machine that has other work. */
const mostMs = 5_000;

/** Field names that vendors use, so that chance reaches what is behind them. */
const vendorNames =
  "event email type reason sg_event_id sg_message_id busbar timestamp category status response MessageSid SmsSid " +
  "MessageStatus SmsStatus ErrorCode ErrorMessage To From Body OptOutType entry changes value statuses messages " +
  "user_preferences id recipient_id errors code error_data biz_opaque_callback_data text body button from wa_id requestId " +
  "report data number desc mobile __proto__ constructor toString hasOwnProperty";
const names = fc.constantFrom(...vendorNames.split(" "));
const leaves = fc.oneof(
  fc.constantFrom(
    "delivered",
    "failed",
    "bounce",
    "unsubscribe",
    "STOP",
    "received",
    `SM${"0".repeat(32)}`,
    "+919845012345",
    "919845012345",
  ),
  fc.constantFrom("asha@example.in", "1", "9", "30005", "wamid.A", "stop", "marketing_messages", "1769851800", "__proto__"),
  fc.string({ unit: "binary" }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6 },
    leaves,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(names, tie("tree"), { maxKeys: 8, noNullPrototype: true }),
  ),
}));
const bodies = fc.oneof(
  tree.map((value) => JSON.stringify(value) ?? ""),
  fc.array(fc.tuple(names, leaves)).map(formOf),
  tree.map((value) => new URLSearchParams({ data: JSON.stringify(value) }).toString()),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString()),
  fc.string({ unit: "binary", maxLength: 300 }),
);

function formOf(fields: readonly (readonly [string, unknown])[]): string {
  const pairs = fields.map(([name, value]): [string, string] => [name, typeof value === "string" ? value : JSON.stringify(value)]);
  return new URLSearchParams(pairs).toString();
}

/** The notices of a body; none where it is unreadable. Anything else that is thrown is a defect. */
function noticesOf(reader: CallbackReader, callback: ReceivedCallback): readonly Notice[] {
  try {
    return reader.read(callback);
  } catch (error) {
    if (error instanceof UnreadableCallback) return [];
    throw error;
  }
}

/** What a vendor sends, with anything in each of its fields. */
const field = fc.oneof({ weight: 3, arbitrary: leaves }, { weight: 1, arbitrary: tree });
const some = (words: readonly string[]) => fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: field });
const shaped: Readonly<Record<string, fc.Arbitrary<string>>> = {
  sendgrid: fc
    .array(
      fc.record({
        event: some(["bounce", "open", "unsubscribe", "dropped"]),
        email: some(["a@b.in"]),
        reason: field,
        timestamp: field,
        sg_event_id: field,
        sg_message_id: field,
        busbar: field,
      }),
    )
    .map((events) => JSON.stringify(events)),
  twilio: fc
    .record({
      MessageSid: some([`SM${"0".repeat(32)}`]),
      MessageStatus: some(["failed", "read", "sent"]),
      ErrorCode: some(["30005"]),
      ErrorMessage: field,
      To: field,
      From: field,
      Body: field,
    })
    .map((said) => formOf(Object.entries(said))),
  meta: fc
    .record({
      statuses: fc.array(
        fc.record({
          id: some(["wamid.A"]),
          status: some(["failed", "read"]),
          errors: fc.array(fc.record({ code: field, title: field, error_data: tree })),
          timestamp: field,
          recipient_id: field,
          biz_opaque_callback_data: field,
        }),
      ),
      messages: fc.array(
        fc.record({
          id: some(["wamid.B"]),
          from: some(["919845012345"]),
          text: fc.record({ body: some(["STOP", "start"]) }),
          timestamp: field,
        }),
      ),
      user_preferences: fc.array(
        fc.record({ wa_id: some(["919845012345"]), category: some(["marketing_messages"]), value: some(["stop", "resume"]) }),
      ),
    })
    .map((value) => JSON.stringify({ entry: [{ changes: [{ value }] }] })),
  msg91: fc
    .array(fc.record({ requestId: some(["0123456789abcdef"]), status: some(["1", "9", "FAILED"]), number: field, desc: field }))
    .map((reports) => JSON.stringify(reports)),
};

/** What of a notice is not in our own words. */
function problemOf({ provider, ...notice }: Notice): string | undefined {
  if (!readers.some(({ name }) => name === provider)) return `provider ${provider}`;
  if (notice.kind === "consent") return ["in", "out"].includes(notice.wish) ? undefined : `wish ${notice.wish}`;
  if (!deliveryStatuses.includes(notice.status)) return `status ${notice.status}`;
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  return /[\u0000-\u001f]/.test(`${notice.messageId}${notice.reason}`) ? "control characters" : undefined;
}

each("%s", (_, reader) => {
  it("reads anything, or says that it is unreadable; the same gives the same, and every notice is in our own words", () => {
    let seen = 0;
    fc.assert(
      fc.property(
        fc.oneof(bodies, shaped[reader.name]!),
        fc.constantFrom("application/json", "application/x-www-form-urlencoded", ""),
        fc.webPath(),
        (body, type, path) => {
          const callback = { url: `/callbacks/x${path}?delivery=${body.slice(0, 20)}`, contentType: type, body };
          const begun = performance.now();
          const notices = noticesOf(reader, callback);
          expect(performance.now() - begun).toBeLessThan(mostMs);
          expect(noticesOf(reader, callback)).toEqual(notices);
          seen += notices.length;
          expect(notices.map(problemOf)).toEqual(notices.map(() => undefined));
          expect(JSON.parse(JSON.stringify(notices))).toEqual(notices);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(seen).toBeGreaterThan(200);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it("refuses anything that is not signed, without throwing", () => {
    const headers = fc.dictionary(
      fc.constantFrom(
        "x-twilio-signature",
        "x-hub-signature-256",
        "x-twilio-email-event-webhook-signature",
        "x-twilio-email-event-webhook-timestamp",
        "x-busbar-secret",
        "content-type",
      ),
      fc.oneof(fc.string({ unit: "binary" }), fc.base64String(), fc.stringMatching(/^sha256=[0-9a-f]{64}$/)),
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        headers,
        fc.constantFrom("GET", "POST", "PUT"),
        fc.string(),
        (bytes, given, method, path) => {
          const request = { method, url: `https://shop.example.com/callbacks/x${path}`, headers: given, body: Buffer.from(bytes), now: 0 };
          expect(reader.verify(request).kind).toBe("refused");
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("ends soon with a megabyte of the worst", () => {
    const size = 1_000_000;
    const worst = [
      "[".repeat(size),
      '{"a":'.repeat(size / 5),
      `[${"{},".repeat(size / 3)}{}]`,
      "a=1&".repeat(size / 4),
      "&".repeat(size),
      "%".repeat(size),
      `data=${"%5B".repeat(size / 3)}`,
      `Body=${" ".repeat(size)}STOP`,
      `{"entry":[{"changes":[{"value":{"statuses":[${'{"id":"a","status":"sent"},'.repeat(30_000)}{}]}}]}]}`,
      `[${'{"event":"bounce","email":"a@b.in","reason":"a@b.in a@b.in"},'.repeat(15_000)}{}]`,
      " ".repeat(size),
    ];
    for (const body of worst) {
      const begun = performance.now();
      noticesOf(reader, { url: "/callbacks/x", contentType: "", body });
      reader.verify({
        method: "POST",
        url: "https://x.in/callbacks/x",
        headers: { "x-twilio-signature": `${"A".repeat(27)}=` },
        body: Buffer.from(body),
        now: 0,
      });
      expect(performance.now() - begun, body.slice(0, 20)).toBeLessThan(mostMs);
    }
  });
});

describe("a genuine callback that was altered in one bit", () => {
  const url = "https://shop.example.com/callbacks/x";
  const text = "MessageSid=SM1&MessageStatus=delivered&To=%2B919845012345";
  const cases: readonly (readonly [CallbackReader, Signed])[] = [
    [readers[0]!, bySendgrid(url, text, { privateKey, at: 0 })],
    [readers[1]!, byTwilio(url, Object.fromEntries(new URLSearchParams(text)), "token")],
    [readers[2]!, byMeta(url, text, "secret")],
  ];
  it.each(cases.map(([reader, signed]) => [reader.name, reader, signed] as const))("%s is refused", (name, reader, signed) => {
    expect(reader.verify({ ...signed, now: 0 }).kind).toBe("genuine");
    for (let bit = 0; bit < signed.body.length * 8; bit++) {
      const body = Buffer.from(signed.body);
      body[bit >> 3]! ^= 1 << (bit & 7);
      if (name === "twilio" && decoded(body) === decoded(signed.body)) continue;
      expect(reader.verify({ ...signed, body, now: 0 }).kind, `bit ${bit}`).toBe("refused");
    }
  });
});

/** Of a form, the decoded parameters are signed: another spelling of the same is the same. */
function decoded(body: Buffer): string {
  return [...new URLSearchParams(body.toString())]
    .toSorted()
    .map((pair) => pair.join(""))
    .join("");
}
