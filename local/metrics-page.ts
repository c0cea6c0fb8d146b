/** The lines of a page for Prometheus: values by name and labels, as they are written there. */
export type Metrics = ReadonlyMap<string, number>;

/** Reads a page in Prometheus' text format, whose lines end with their values. */
export function parseMetrics(page: string): Metrics {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end))];
    }),
  );
}

/** The sum of a metric over its labels; NaN where it is not there. */
export function sumOf(metrics: Metrics, name: string): number {
  const values = [...metrics].filter(([line]) => line.startsWith(`${name}{`));
  return values.length === 0 ? Number.NaN : values.reduce((sum, [, value]) => sum + value, 0);
}

/**
 * A quantile of what a histogram counted between two pages, within a bucket in proportion, as `histogram_quantile` of
 * Prometheus has it.
 *
 * @param share 0 to 1
 * @returns in the unit of the histogram; the largest bound where it is beyond; NaN where nothing was counted
 */
export function quantile(share: number, name: string, before: Metrics, after: Metrics): number {
  const buckets = [...after].flatMap(([line, value]) => {
    const bound = line.startsWith(`${name}_bucket{`) ? /le="([^"]+)"/.exec(line)?.[1] : undefined;
    return bound === undefined ? [] : [{ bound, count: value - (before.get(line) ?? 0) }];
  });
  const wanted = share * (buckets.at(-1)?.count ?? 0);
  if (wanted === 0) return Number.NaN;
  let [lower, below] = [0, 0];
  for (const { bound, count } of buckets) {
    if (bound === '+Inf') break;
    const upper = Number(bound);
    if (count >= wanted) return lower + ((upper - lower) * (wanted - below)) / (count - below);
    [lower, below] = [upper, count];
  }
  return lower;
}
