/** Whether an entry's id, `<ms>-<number>`, was given after another one. Pure. */
export function newerId(id: string, other: string): boolean {
  const [time, order] = partsOf(id);
  const [otherTime, otherOrder] = partsOf(other);
  return time > otherTime || (time === otherTime && order > otherOrder);
}

function partsOf(id: string): readonly [time: bigint, order: bigint] {
  const [time = "0", order = "0"] = id.split("-");
  return [BigInt(time), BigInt(order)];
}
