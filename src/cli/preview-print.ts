import type { KnownTemplate } from "./preview-find.ts";
import type { Rendered } from "./preview-render.ts";
import { visible, visibleLines } from "./visible.ts";

/** Gmail cuts off the HTML of an e-mail behind this many bytes. */
export const gmailLimit = 102 * 1024;

/** A table of all templates. */
export function templateLines(templates: readonly KnownTemplate[]): string[] {
  const rows = templates.map(({ template: { name, channel, example }, usedBy }) => [
    name,
    channel,
    example === undefined ? "no" : "yes",
    usedBy.length === 0 ? "nobody" : usedBy.join(", "),
  ]);
  const table = [["TEMPLATE", "CHANNEL", "EXAMPLE", "USED BY"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** A filled template for people. What comes from data stands behind a mark on each of its lines, so that it cannot pass for ours. */
export function renderedLines(
  { template, file, usedBy }: KnownTemplate,
  { parts, segments, whatsapp }: Rendered,
  saved?: string,
): string[] {
  const { html, ...texts } = parts;
  const rows: [string, string[]][] = [];
  if (whatsapp !== undefined) rows.push(["approved as", [`${whatsapp.approvedAs} (${whatsapp.language})`]]);
  for (const [name, text] of Object.entries(texts)) rows.push([name, visibleLines(text).map((line) => `│ ${line}`.trimEnd())]);
  if (segments !== undefined) rows.push(["costs", [segmentsText(segments)]]);
  for (const [index, { name, value }] of (whatsapp?.parameters ?? []).entries())
    rows.push([index === 0 ? "parameters" : "", [`{{${index + 1}}} ${name} = │ ${visible(value)}`]]);
  if (html !== undefined) rows.push(["html", [sizeText(html), ...(saved === undefined ? [] : [`written to ${saved}`])]]);
  const title = `${template.name} (${template.channel}${template.version > 1 ? `, version ${template.version}` : ""})`;
  return [
    [title, ...(file === undefined ? [] : [file]), usedBy.length === 0 ? "used by nobody" : `used by ${usedBy.join(", ")}`].join("  "),
    ...rows.flatMap(([name, lines]) => lines.map((line, index) => `  ${(index === 0 ? name : "").padEnd(12)}${line}`)),
  ];
}

function segmentsText({ segments, encoding, units, left }: NonNullable<Rendered["segments"]>): string {
  return `${segments === 1 ? "1 segment" : `${segments} segments`} of ${encoding}: ${units} units, room for ${left} more`;
}

/** Bytes of the HTML as it is sent. */
export function sizeOf(html: string): number {
  return Buffer.byteLength(html);
}

function sizeText(html: string): string {
  const size = sizeOf(html);
  const judged = size > gmailLimit ? "Gmail cuts off what is behind 102 KB: make it shorter" : "Gmail shows up to 102 KB";
  return `${(size / 1024).toFixed(1)} KB (${judged})`;
}
