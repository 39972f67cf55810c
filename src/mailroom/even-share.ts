/** Whether the nth is one of an even share: with 0.05 every 20th. Pure. */
export function isTurn(nth: number, share = 1): boolean {
  const turns = (count: number): number => Math.floor(count * share + 1e-9); // 0.29 × 100 is 28.999…
  return turns(nth) > turns(nth - 1);
}
