/** How it stands with an event that could not be planned: what is tried again by itself asks nothing of anybody yet. */
export function triesText(problem, tries) {
  if (tries === undefined) return `could not plan it: ${problem}. Its dead letter was given up, or has passed its time`;
  const { state, made, most, reason, next } = tries;
  if (state === "dead") return `could not plan it in ${made} ${made === 1 ? "try" : "tries"}, a dead letter of routing: ${reason}`;
  const when = next === undefined ? "" : `, the next at ${new Date(next).toLocaleTimeString("en-GB")}`;
  return `could not plan it, and tries again by itself: ${made} of ${most} tries failed${when}: ${reason}`;
}

/** What is told of a channel that somebody else had paused, to who pauses it again. */
export function pausedText(name, { by, at, reason }) {
  const who = by === undefined ? "" : ` by ${by}`;
  const when = at === undefined ? "" : `, ${new Date(at).toLocaleString("en-GB")}`;
  return `${name} was paused already${who}${when}${reason === undefined ? "" : `: ${reason}`}. That stays.`;
}
