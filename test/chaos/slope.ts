/** The slope of the line that fits points best (least squares), per hour of their first coordinate in milliseconds. Pure. */
export function slopePerHour(points: readonly (readonly [at: number, value: number])[]): number {
  const mean = (pick: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [at, value] = [mean(([x]) => x), mean(([, y]) => y)];
  const spread = points.reduce((sum, [x]) => sum + (x - at) ** 2, 0);
  if (spread === 0) return 0;
  return (points.reduce((sum, [x, y]) => sum + (x - at) * (y - value), 0) / spread) * 3_600_000;
}
