import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { SinkRecord } from '../../src/record/record.ts';
import { createAges } from '../../src/service/ages.ts';

const recordsAt = (...timestamps: number[]) =>
  timestamps.map((timestamp) => ({ timestamp })) as SinkRecord[];

test('records are counted by their age, as Prometheus reads a histogram, and those without a timestamp are left out', async () => {
  const registry = new Registry();
  const count = createAges(registry, 'age_seconds', 'Age.');
  count(recordsAt(1000, 900, 850, -1), 1000);
  count(recordsAt(5000), 1000); // a clock that is ahead
  count(recordsAt(0), 5_000_000);
  const lines = (await registry.metrics()).split('\n');
  expect(lines.slice(0, 2)).toEqual(['# HELP age_seconds Age.', '# TYPE age_seconds histogram']);
  expect(lines).toEqual(
    expect.arrayContaining([
      'age_seconds_bucket{le="0.01"} 2',
      'age_seconds_bucket{le="0.1"} 3',
      'age_seconds_bucket{le="0.2"} 4',
      'age_seconds_bucket{le="3600"} 4',
      'age_seconds_bucket{le="+Inf"} 5',
      'age_seconds_sum 5000.25',
      'age_seconds_count 5',
    ]),
  );
});
