import * as z from "zod";
import { type ObjectShape, patterns, type Shape, tags } from "./random-schema.ts";

const formats = [z.email, z.uuid, z.url, z.iso.datetime, z.iso.date, z.ipv4] as const;
const even = (text: string): boolean => text.length % 2 === 0;
const few = (value: object): boolean => Object.keys(value).length < 4;

/** The zod schema of a shape. */
export function zodOf(shape: Shape): z.ZodType {
  switch (shape.kind) {
    case "text": {
      let schema = z.string();
      if (shape.trim === true) schema = schema.trim();
      if (shape.min !== undefined) schema = schema.min(shape.min);
      if (shape.max !== undefined) schema = schema.max(shape.max);
      if (shape.pattern !== undefined) schema = schema.regex(patterns[shape.pattern]!);
      return shape.refined === true ? schema.refine(even) : schema;
    }
    case "format":
      return formats[shape.format]!();
    case "number": {
      let schema = shape.whole ? z.int() : z.number();
      if (shape.min !== undefined) schema = shape.outside === true ? schema.gt(shape.min) : schema.min(shape.min);
      if (shape.max !== undefined) schema = shape.outside === true ? schema.lt(shape.max + 2) : schema.max(shape.max);
      return shape.step === undefined ? schema : schema.multipleOf(shape.step);
    }
    case "boolean":
      return z.boolean();
    case "null":
      return z.null();
    case "any":
      return z.unknown();
    case "literal":
      return z.literal(shape.value);
    case "enum":
      return z.enum(shape.values);
    case "list": {
      let schema = z.array(zodOf(shape.item));
      if (shape.min !== undefined) schema = schema.min(shape.min);
      return shape.max === undefined ? schema : schema.max(shape.max);
    }
    case "tuple": {
      const schema = z.tuple(shape.items.map(zodOf) as [z.ZodType]);
      return shape.rest === undefined ? schema : schema.rest(zodOf(shape.rest));
    }
    case "record": {
      const value = zodOf(shape.value);
      if (shape.names === "some") return z.partialRecord(z.enum(tags), value);
      if (shape.names === "all") return z.record(z.enum(["a", "b"]), value);
      return z.record(shape.names === "any" ? z.string() : z.string().regex(patterns[0]), value);
    }
    case "object":
      return objectOf(shape);
    case "union":
      return z.union(shape.branches.map(zodOf));
    case "xor":
      return z.xor(shape.branches.map(zodOf));
    case "tagged":
      return z.discriminatedUnion(
        "tag",
        shape.branches.map((branch, index) => objectOf(branch, { tag: z.literal(tags[index]!) })) as never,
      );
    case "both":
      return z.intersection(objectOf(shape.left), objectOf(shape.right));
    case "nullable":
      return zodOf(shape.inner).nullable();
    case "readonly":
      return zodOf(shape.inner).readonly();
    case "tree":
      return treeOf(zodOf(shape.leaf), shape.most);
  }
}

function objectOf({ fields, others, refined }: ObjectShape, more: Record<string, z.ZodType> = {}): z.ZodObject {
  const own = fields.map(({ name, shape, presence }) => {
    const schema = zodOf(shape);
    if (presence === "required") return [name, schema];
    return [name, presence === "optional" ? schema.optional() : schema.default(defaultOf(schema) as never)];
  });
  const named = { ...Object.fromEntries(own), ...more } as Record<string, z.ZodType>;
  const object = { drop: z.object, refuse: z.strictObject, keep: z.looseObject, numbers: z.object }[others](named);
  const schema = others === "numbers" ? object.catchall(z.number()) : object;
  return (refined === true ? schema.refine(few) : schema) as z.ZodObject;
}

/** Zod takes a default as it is; one that fits is the only one that makes sense. */
function defaultOf(schema: z.ZodType): unknown {
  const candidates = [null, "a", "", "x1", 1, 4, true, "b", "c", 2, 0, 6, 12, [], {}, "aa", "aaaa", "abcabc", { tag: "a" }, { a: 1, b: 1 }];
  return candidates.find((value) => parsedBy(schema, value) !== undefined) ?? null;
}

/** What a schema makes of a payload; undefined where it does not fit, or its parts do not fit together. */
export function parsedBy(schema: z.ZodType, payload: unknown): { readonly data: unknown } | undefined {
  try {
    const { success, data } = schema.safeParse(payload);
    return success ? { data } : undefined;
  } catch {
    return undefined;
  }
}

function treeOf(leaf: z.ZodType, most: number | undefined): z.ZodType {
  const tree: z.ZodType = z.object({
    leaf,
    get parts(): z.ZodType {
      return most === undefined ? z.array(tree) : z.array(tree).max(most);
    },
  });
  return tree;
}
