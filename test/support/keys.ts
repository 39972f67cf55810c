/** The key ring of all tests that start this repository's own application: what one process seals, another one opens. */
export const testKeys: readonly string[] = [`test:${Buffer.alloc(32, "busbar").toString("base64")}`];
