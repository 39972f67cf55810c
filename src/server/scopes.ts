/**
 * What an API key may do:
 *
 * | scope | allows |
 * |---|---|
 * | `publish:<topics>` | publishing to these topics: a name in which `*` stands for any characters, such as `order.*` |
 * | `read` | looking: events, deliveries, dead letters, suppressed addresses, channels, subscribers, topics, figures, metrics |
 * | `pii` | seeing personal data in the clear where `read` sees it masked, with `?pii=show`; each time goes into the audit record |
 * | `operate` | the verbs: cancelling, redriving, discarding, suppressing and releasing addresses, pausing channels, subscribers and schedules, running schedules, moving and removing subscribers, cleaning, test messages |
 * | `admin` | all of it |
 */
const plainScopes: ReadonlySet<string> = new Set(["read", "pii", "operate", "admin"]);

/** Everything wrong with the scopes of a key to be made, one sentence each. */
export function scopeProblems(scopes: readonly string[]): string[] {
  if (scopes.length === 0) return ["a key needs at least one scope: publish:<topics>, read, pii, operate or admin"];
  return scopes.flatMap((scope) => {
    if (plainScopes.has(scope) || /^publish:[a-z0-9._*-]{1,128}$/.test(scope)) return [];
    const advice =
      scope === "publish" ? 'write which topics, such as "publish:order.*"' : "there are publish:<topics>, read, pii, operate and admin";
    return [`the scope ${JSON.stringify(scope.slice(0, 200))} is not known: ${advice}`];
  });
}

/** Whether a key with these scopes may do what needs this one, such as `read` or `publish:order.placed`. */
export function allows(scopes: readonly string[], needed: string): boolean {
  return scopes.some((scope) => {
    if (scope === "admin" || scope === needed) return true;
    return scope.startsWith("publish:") && needed.startsWith("publish:") && matchesGlob(scope.slice(8), needed.slice(8));
  });
}

/** Whether a name matches a pattern whose only wildcard is `*`: each part between two of them is looked for once, from left to right. */
export function matchesGlob(glob: string, name: string): boolean {
  const parts = glob.split("*");
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (parts.length === 1) return glob === name;
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let from = first.length;
  const end = name.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const at = name.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
