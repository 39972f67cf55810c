/** These say nothing after their answer to the send. */
const silent: ReadonlySet<string> = new Set(["smtp", "fcm", "webpush", "webhook", "handler", "none"]);

/**
 * Whether a provider tells later what became of a message. Of one of a team's own it is not known, so it may. Pure.
 * @param provider as it is configured; that of the mailroom's stand-in does as the real one
 */
export function reportsLater(provider: string): boolean {
  return !silent.has(provider.replace(/ \(mailroom\)$/, ""));
}
