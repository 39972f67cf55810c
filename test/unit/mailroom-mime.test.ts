import * as fc from "fast-check";
import { createTransport } from "nodemailer";
import { describe, expect, it } from "vitest";
import { headerOf, parseMail } from "../../src/mailroom/mime.ts";

const composer = createTransport({ streamTransport: true, buffer: true });
type Mail = Parameters<typeof composer.sendMail>[0];

async function compose(mail: Mail): Promise<Buffer> {
  const { message } = await composer.sendMail({ from: "shop@example.in", to: "asha@example.in", ...mail });
  return message as Buffer;
}

function lines(...text: string[]): Buffer {
  return Buffer.from(text.join("\r\n"));
}

describe("parseMail", () => {
  it("reads text, HTML, headers and attachments of what nodemailer composes", async () => {
    const source = await compose({
      from: '"Ärger, Shop" <shop@example.in>',
      subject: "Your order № 5 — धन्यवाद",
      text: "Thank you\n. a dot\n=3D an equals sign",
      html: "<p>₹499 धन्यवाद</p>",
      messageId: "<d_abc@example.in>",
      headers: { "X-Busbar-Delivery": "d_abc" },
      attachments: [{ filename: `résumé ${"x".repeat(80)}.pdf`, content: Buffer.from("abc") }],
    });
    const mail = parseMail(source);
    expect(mail.text).toBe("Thank you\n. a dot\n=3D an equals sign");
    expect(mail.html).toBe("<p>₹499 धन्यवाद</p>");
    expect(headerOf(mail.headers, "subject")).toBe("Your order № 5 — धन्यवाद");
    expect(headerOf(mail.headers, "from")).toContain("Ärger, Shop");
    expect(headerOf(mail.headers, "message-id")).toBe("<d_abc@example.in>");
    expect(headerOf(mail.headers, "x-busbar-delivery")).toBe("d_abc");
    expect(mail.attachments).toEqual([{ filename: `résumé ${"x".repeat(80)}.pdf`, type: "application/pdf", bytes: 3 }]);
  });

  it.each(["base64", "quoted-printable", "7bit"] as const)(
    "gives back any text that nodemailer sends, in %s where it can",
    async (textEncoding) => {
      const line = fc.string({ unit: "grapheme", maxLength: 200 }).map((text) => text.replaceAll(/\p{Cc}|[\u2028\u2029]/gu, "").trim());
      const encoding = textEncoding === "7bit" ? {} : { textEncoding };
      await fc.assert(
        fc.asyncProperty(line, fc.array(line, { minLength: 1, maxLength: 8 }), async (subject, body) => {
          const text = ["Hello", ...body].join("\n");
          const mail = parseMail(await compose({ subject, text, html: `<p>${text}</p>`, ...encoding }));
          expect(mail.text ?? "").toBe(text);
          expect(mail.html).toBe(`<p>${text}</p>`);
          expect((headerOf(mail.headers, "subject") ?? "").replaceAll(/\s+/g, " ")).toBe(subject.replaceAll(/\s+/g, " "));
        }),
        { numRuns: 150 },
      );
    },
  );

  it("joins a letter that an encoder cut into two encoded words", () => {
    const mail = parseMail(lines("Subject: =?utf-8?q?caf=C3?=", " =?utf-8?Q?=A9_one?= and =?iso-8859-1?q?=E9?=", "", ""));
    expect(headerOf(mail.headers, "subject")).toBe("café one and é");
  });

  it("reads headers that are plain UTF-8", () => {
    expect(headerOf(parseMail(lines("Subject: धन्यवाद", "", "")).headers, "subject")).toBe("धन्यवाद");
  });

  it("takes nested parts: the first text and HTML are shown, later ones and attached ones are attachments", () => {
    const mail = parseMail(
      lines(
        'Content-Type: multipart/mixed; boundary="a"',
        "",
        "preamble",
        "--a",
        "Content-Type: multipart/alternative; boundary=b b",
        "",
        "--b b",
        "",
        "first",
        "",
        "--b b",
        "Content-Type: text/html; charset=iso-8859-1",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "caf=E9 =",
        "joined",
        "--b b--",
        "--a",
        "Content-Type: text/plain",
        'Content-Disposition: attachment; filename="no \\"te.txt"',
        "",
        "note",
        "--a--",
        "epilogue",
      ),
    );
    expect(mail.text).toBe("first\n");
    expect(mail.html).toBe("café joined");
    expect(mail.attachments).toEqual([{ filename: 'no "te.txt', type: "text/plain", bytes: 4 }]);
  });

  it("shows a mail without headers, without a body, or cut off, as far as it goes", () => {
    expect(parseMail(lines("", "only a body"))).toMatchObject({ headers: [], text: "only a body" });
    expect(parseMail(lines("Subject: hi"))).toMatchObject({ headers: [["Subject", "hi"]], text: "" });
    expect(parseMail(lines("Content-Type: multipart/mixed; boundary=a", "", "--a", "", "cut")).text).toBe("cut");
    expect(parseMail(Buffer.alloc(0))).toEqual({ headers: [], text: "", attachments: [] });
  });

  it("shows bytes of a charset that it does not know, and broken escapes as they came", () => {
    const mail = parseMail(
      lines("Content-Type: text/plain; charset=x-klingon", "Content-Transfer-Encoding: quoted-printable", "", "a=ZZb=4"),
    );
    expect(mail.text).toBe("a=ZZb=4");
  });

  it("never throws, whatever bytes arrive", () => {
    const soup = fc.array(
      fc.constantFrom(
        "Content-Type: multipart/mixed; boundary=a",
        "--a",
        "--a--",
        "",
        "=?utf-8?q?=?=",
        "x: =?x?b?//?=",
        "a=",
        "\0",
        "filename*0*=''%",
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array().map(Buffer.from),
          soup.map((parts) => lines(...parts)),
        ),
        (source) => {
          expect(parseMail(source).attachments).toBeInstanceOf(Array);
        },
      ),
    );
  });

  it("is not led into the depth by parts within parts", () => {
    const deep = Array.from({ length: 2_000 }, (_, level) => [
      `Content-Type: multipart/mixed; boundary=b${level}`,
      "",
      `--b${level}`,
    ]).flat();
    expect(parseMail(lines(...deep, "", "bottom")).attachments).toHaveLength(1);
  });
});
