import { createHash } from "node:crypto";

/** The partition of a key: the first 32 bits of its SHA-256, modulo the number of partitions, so that any language finds the same. */
export function partitionOf(key: string, partitions: number): number {
  return partitions === 1 ? 0 : createHash("sha256").update(key).digest().readUInt32BE(0) % partitions;
}
