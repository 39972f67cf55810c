import { describe, expect, it } from "vitest";
import { tagProblems } from "../../src/channels/mjml-tags.ts";

const found = (source: string): string[] => tagProblems(source).map(({ line, message }) => `line ${line}: ${message}`);

describe("MJML's tags", () => {
  it.each([
    ["closed ones", "<mjml><mj-body><mj-text>a</mj-text>\n</mj-body></mjml>"],
    ["those that close themselves", "<mjml><mj-image src='a/b.png' /><mj-spacer/></mjml>"],
    ["comments and what is taken as text", "<mjml><!-- <mj-text> --><![CDATA[<mj-text>]]></mjml>"],
    ["any HTML within", "<mjml><mj-text>1 < 2 <br><p>a<p>b <b>c</mj-text></mjml>"],
    ["a > inside a quote, and lines", `<mjml><mj-button href="a>b"\n  css-class='it"s'>x</mj-button\n></mjml>`],
    ["holes in a tag", '<mjml><mj-text {{#if vip}}color="red"{{/if}}>x</mj-text></mjml>'],
    ["capitals", "<mjml><MJ-Text>x</mj-text></mjml>"],
  ])("are right: %s", (_, source) => {
    expect(found(source)).toEqual([]);
  });

  it.each([
    ["one that is not closed", "<mjml>\n<mj-column><mj-text>a</mj-text></mjml>", ["line 2: <mj-column> is not closed"]],
    ["the last one", "<mjml><mj-body></mj-body>", ["line 1: <mjml> is not closed: write </mjml> where it ends"]],
    ["several", "<mjml><mj-section>\n<mj-column>\n<mj-text>a</mjml>", ["line 1: <mj-section>", "line 2: <mj-column>", "line 3: <mj-text>"]],
    ["one that closes nothing", "<mjml><mj-text>a</mj-text></mj-text></mjml>", ["line 1: </mj-text> closes nothing: no <mj-text> is open"]],
    ["a quote that is open", '<mjml><mj-text color="red>x</mj-text></mjml>', ["line 1: the tag <mj-text never ends"]],
    ["the end of the text", "<mjml><mj-text", ["line 1: the tag <mj-text never ends", "line 1: <mjml> is not closed"]],
  ])("are wrong: %s", (_, source, messages) => {
    expect(found(source)).toEqual(messages.map((message) => expect.stringContaining(message) as string));
  });
});
