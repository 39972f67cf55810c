/**
 * How many more looks may be taken at the objects of a payload for the keys of a pattern. Either those are looked for or an object's own keys are gone
 * through: the first is quicker where an object has thousands, which nobody knows before, the second where a list has thousands of objects.
 */
const looks = { left: 0 };
const most = 8_192;

/** To be called for each payload. */
export function beginLooks(): void {
  looks.left = most;
}

/** Whether so many looks may still be taken; then they count as taken. */
export function mayLook(times: number): boolean {
  if (times > looks.left) return false;
  looks.left -= times;
  return true;
}
