/** What stands where a value was erased. */
export const erasedText = "[erased]";

/** What stands, for people, where a value is sealed under a key that this process cannot use. */
export const closedText = (kid: string, why: string): string => `[sealed with the key ${kid}, ${why}]`;

const closed = /^\[sealed with the key [^,\]]*, [^\]]*\]$/;

/** The text `closedText` made: of somebody's data it says nothing, and it is no data. */
export const isClosedText = (value: unknown): value is string => typeof value === "string" && closed.test(value);

/** What stands in the place of a value that nobody, or not this process, can read: there is nothing in it to mask. */
export const isNoValue = (value: unknown): boolean => value === erasedText || isClosedText(value);
