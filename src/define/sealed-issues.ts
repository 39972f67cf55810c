import type * as z from "zod";
import { holdsStandIn } from "./sealed.ts";

/**
 * What is wrong with data apart from its stand-ins: whether a secret is as its schema wants it is known to who opens it. Pure.
 * @param data what was checked
 */
export function issuesBesideSecrets(issues: readonly z.core.$ZodIssue[], data: unknown): readonly z.core.$ZodIssue[] {
  return issues.filter((issue) => !isOfSecret(issue, data));
}

function isOfSecret(issue: z.core.$ZodIssue, data: unknown): boolean {
  const value = issue.path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    data,
  );
  if (typeof value === "string") return holdsStandIn(value);
  // Of a choice, one possibility is enough.
  return (
    issue.code === "invalid_union" && issue.errors.some((choice) => choice.length > 0 && issuesBesideSecrets(choice, value).length === 0)
  );
}
