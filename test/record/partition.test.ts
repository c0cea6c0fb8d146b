import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparePartitions, PartitionMap, partitionName } from '../../src/record/partition.ts';

/** Topics whose names are alike; the numbers are few, so that the same partitions come again. */
const partitions = fc.record({
  topic: fc.constantFrom('a', 'a-1', 'a-1-1', 'a.1', '1'),
  partition: fc.nat({ max: 2 }),
});
const steps = fc.array(
  fc.record({ what: fc.constantFrom('set', 'get', 'delete'), at: partitions, value: fc.nat() }),
);

test('each partition of each topic has a value of its own, whatever was looked up before', () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const map = new PartitionMap<number>();
      const model = new Map<string, number>();
      for (const { what, at, value } of plan) {
        const name = partitionName(at);
        if (what === 'set') {
          map.set(at, value);
          model.set(name, value);
        }
        if (what === 'delete') {
          map.delete(at);
          model.delete(name);
        }
        expect([map.get(at), map.has(at)]).toEqual([model.get(name), model.has(name)]);
      }
      const entries = [...map].map(([at, value]) => [partitionName(at), value] as const);
      expect(new Map(entries)).toEqual(model);
      expect([entries.length, map.size]).toEqual([model.size, model.size]);
    }),
  );
});

test('partitions are sorted by topic, then by number', () => {
  const at = (topic: string, partition: number) => ({ topic, partition });
  const sorted = [at('a', 2), at('a', 10), at('a-1', 0), at('b', 0)];
  expect(sorted.toReversed().sort(comparePartitions)).toEqual(sorted);
});
