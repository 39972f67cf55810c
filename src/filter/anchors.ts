import type { Condition, ParsedPattern } from "./parsed-pattern.ts";

/** One thing that a payload must have for a pattern to be worth trying: a value that meets a condition at a path. */
export interface Anchor {
  readonly keys: readonly string[];
  readonly condition: Condition;
}

/**
 * What a payload must have one of, if it matches a pattern: as few things as the pattern allows, rather a value than a range, and rather what few
 * others hang on, of which `load` gives the number. Undefined where a payload may match that has nothing.
 */
export function anchorsOf(pattern: ParsedPattern, load: (anchor: Anchor) => number): readonly Anchor[] | undefined {
  return bestOf(pattern, { keys: [], load }).anchors;
}

interface Choice {
  /** How many payloads are let through, roughly; infinite where all are. */
  readonly cost: number;
  readonly anchors: readonly Anchor[] | undefined;
}

interface Looking {
  readonly keys: readonly string[];
  readonly load: (anchor: Anchor) => number;
}

const none: Choice = { cost: Number.POSITIVE_INFINITY, anchors: undefined };

/** All fields must hold, so one of them will do; of an `$or`, one of each branch is needed. */
function bestOf({ fields, or }: ParsedPattern, { keys, load }: Looking): Choice {
  let best = none;
  const offer = (choice: Choice): void => {
    if (choice.cost < best.cost) best = choice;
  };
  for (const field of fields) {
    const here = [...keys, field.key];
    if ("nested" in field) offer(bestOf(field.nested, { keys: here, load }));
    else
      offer(
        choiceOf(
          field.oneOf.map((condition) => ({ keys: here, condition })),
          load,
        ),
      );
  }
  if (or.length > 0) {
    const branches = or.map((branch) => bestOf(branch, { keys, load }));
    const cost = branches.reduce((sum, branch) => sum + branch.cost, 0);
    offer({ cost, anchors: branches.flatMap(({ anchors }) => anchors ?? []) });
  }
  return best;
}

function choiceOf(anchors: readonly Anchor[], load: Looking["load"]): Choice {
  return { anchors, cost: anchors.reduce((sum, anchor) => sum + costOf(anchor.condition) + load(anchor), 0) };
}

function costOf(condition: Condition): number {
  switch (condition.is) {
    case "equal":
      return typeof condition.value === "boolean" || condition.value === null ? 20 : 1;
    case "equal-ignoring-case":
      return 1;
    case "prefix":
      return 2 + 20 / (1 + condition.prefix.length);
    case "suffix":
      return 2 + 20 / (1 + condition.suffix.length);
    case "prefix-ignoring-case":
    case "suffix-ignoring-case":
      return 2 + 20 / (1 + condition.folded.length);
    case "cidr":
      return 10;
    case "numeric":
      return 20;
    case "wildcard":
      return 30;
    case "none-of":
    case "none-like":
      return 1_000;
    case "exists":
      return condition.exists ? 1_000 : Number.POSITIVE_INFINITY;
  }
}
