import { importLines } from "./code.ts";
import { camelCase, kebabCase, sentence } from "./names.ts";

/** The names in a new topic's files. */
export interface TopicNames {
  readonly topic: string;
  /** `orderShipped` */
  readonly exported: string;
  /** `order-shipped` */
  readonly file: string;
  /** The field that says what it is about: `orderId`. */
  readonly id: string;
  /** The field that says when it happened: `shippedAt`. */
  readonly time: string;
}

export function topicNames(topic: string): TopicNames {
  const [verb = "", noun = ""] = topic.split(".").toReversed();
  return { topic, exported: camelCase(topic), file: kebabCase(topic), id: `${camelCase(noun)}Id`, time: `${camelCase(verb)}At` };
}

/** A topic to begin with: what it is about, and when it happened. */
export function topicText({ topic, exported, id, time }: TopicNames, product: string): string {
  return `${importLines([
    ["{ defineTopic }", product],
    ["* as z", "zod"],
  ])}
export const ${exported} = defineTopic(
  "${topic}",
  z.object({
    ${id}: z.string(),
    ${time}: z.iso.datetime(),
  }),
  {
    description: "${sentence(topic)}.",
    key: ({ ${id} }) => ${id},
    example: {
      ${id}: "${id.slice(0, -"Id".length)}_1001",
      ${time}: "2026-01-31T09:30:00Z",
    },
  },
);
`;
}

export interface TopicTestImports {
  readonly testing: string;
  readonly topicFile: string;
}

export function topicTestText({ topic, exported, id }: TopicNames, { testing, topicFile }: TopicTestImports): string {
  return `${importLines([
    ["{ expect, it }", "vitest"],
    ["{ eventOf }", testing],
    [`{ ${exported} }`, topicFile],
  ])}
it("${topic} has an example, and is about what its ${id} names", () => {
  const event = eventOf(${exported});
  expect(event.partitionkey).toBe(event.data.${id});
});

it("${topic} refuses a payload without its ${id}", () => {
  const { data } = eventOf(${exported});
  expect(${exported}.schema.safeParse({ ...data, ${id}: undefined }).success).toBe(false);
});
`;
}

/** The barrel with one line more, in its alphabetical place. */
export function withBarrelLine(barrel: string, line: string): string {
  const lines = barrel === "" ? [] : barrel.replace(/\n$/, "").split("\n");
  const files = lines.map(exportedFile);
  const wanted = exportedFile(line)!;
  const after = files.findIndex((file) => file !== undefined && file > wanted);
  const last = files.findLastIndex((file) => file !== undefined);
  const at = after >= 0 ? after : last >= 0 ? last + 1 : lines.length;
  return `${lines.toSpliced(at, 0, line).join("\n")}\n`;
}

/** The file that a line of a barrel exports from, without `./` and its ending. */
function exportedFile(line: string): string | undefined {
  return /^export\b.*\bfrom\s+["']\.\/(.*?)(?:\.[mc]?[jt]s)?["']/.exec(line)?.[1];
}
