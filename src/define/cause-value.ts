/** The search value by which the events are found that an event caused. No payload holds a NUL, so no search key has it. */
export function causeValue(eventId: string): string {
  return `\u0000cause ${eventId}`;
}
