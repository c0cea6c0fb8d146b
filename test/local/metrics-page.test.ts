import { expect, test } from 'vitest';
import { parseMetrics, quantile, sumOf } from '../../local/metrics-page.ts';

const page = (...counts: readonly number[]) =>
  parseMetrics(
    [
      '# HELP flush_seconds Time.',
      '# TYPE flush_seconds histogram',
      ...['0.1', '0.2', '+Inf'].map((le, at) => `flush_seconds_bucket{le="${le}"} ${counts[at]}`),
      'lag{topic="a b",partition="0"} 3',
      'lag{topic="a b",partition="1"} 4',
      'lagging 7',
      '',
    ].join('\n'),
  );

test('a page is read line by line, and a metric is summed over its labels', () => {
  const metrics = page(1, 2, 3);
  expect(metrics.get('lag{topic="a b",partition="1"}')).toBe(4);
  expect(sumOf(metrics, 'lag')).toBe(7);
  expect(sumOf(metrics, 'absent')).toBeNaN();
});

test('a quantile is that of what was counted between two pages, as Prometheus has it', () => {
  const before = page(10, 10, 10);
  expect(quantile(0.95, 'flush_seconds', before, before)).toBeNaN();
  expect(quantile(0.5, 'flush_seconds', before, page(20, 30, 30))).toBeCloseTo(0.1);
  expect(quantile(0.75, 'flush_seconds', before, page(20, 30, 30))).toBeCloseTo(0.15);
  expect(quantile(0.95, 'flush_seconds', before, page(20, 20, 30))).toBe(0.2);
});
