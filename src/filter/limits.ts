/** What no pattern may exceed. */
export const patternLimits = {
  /** Levels of objects and lists. */
  depth: 32,
  /** Bytes of its JSON, without spaces. */
  bytes: 32_768,
  /** Fields, those of all levels together, each once however often it is named: more of them would not stay close to the processor while they are matched. */
  fields: 128,
  /** Combinations of the branches of its `$or`s. */
  combinations: 128,
  /** Wildcards that more than the beginning and the end of a text must be looked at for. */
  wildcards: 5,
  /** Different lists of wildcards left out in which there is one of those, or which have stars at both ends of texts. */
  leftOutLists: 5,
  /** Stars in one wildcard. */
  stars: 5,
  /** Characters between two stars, and different ones between the stars of all wildcards: what they are looked for with grows with both. */
  part: 120,
  partUnits: 255,
  /** Numbers beyond it are not kept exactly, in a pattern as in a payload. */
  number: 2 ** 53,
} as const;
