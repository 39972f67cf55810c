/** These say nothing after their answer to the send. */
const silent: ReadonlySet<string> = new Set(["smtp", "fcm", "webpush", "webhook", "handler", "none"]);
/** These give nothing back but their own id of a message. */
const byMessageId: ReadonlySet<string> = new Set(["msg91"]);

/** As the providers' tables know it: the stand-in at the mailroom does as the real one. Pure. */
export function withoutMailroomMark(provider: string): string {
  return provider.replace(/ \(mailroom\)$/, "");
}

/** Whether a provider tells later what became of a message. Of one of a team's own it is not known, so it may. Pure. */
export function reportsLater(provider: string): boolean {
  return !silent.has(withoutMailroomMark(provider));
}

/** Whether a provider's callbacks name a message by nothing but its own id of it. Pure. */
export function namesByMessageId(provider: string): boolean {
  return byMessageId.has(withoutMailroomMark(provider));
}
