import type { ConnectDistribution } from './connect-distribution.ts';
import type { Contender } from './contender.ts';
import { debezium } from './debezium.ts';
import { type DebeziumTable, NOTIFICATIONS, type Properties, STATES } from './debezium-table.ts';

/**
 * As its manual advises (https://debezium.io/documentation/reference/stable/connectors/jdbc.html): larger batches, as many
 * records a poll as a batch has, and fetches that hold as many; one INSERT of arrays for each batch, since 3.5.
 */
const batches = (records: number) => ({
  'batch.size': String(records),
  'consumer.override.max.poll.records': String(records),
  'consumer.override.max.partition.fetch.bytes': String(4 * 1024 * 1024),
});
const UNNEST = { 'dialect.postgres.unnest.insert.enabled': 'true' };
/** What it advises where batches are not arrays: one of each id in a batch, so that the driver may join the statements. */
const REDUCE = { 'use.reduction.buffer': 'true' };
const REWRITE = 'reWriteBatchedInserts=true';

/** Settings that are measured beside the sink, the defaults first, and those that were tried and left. */
export interface DebeziumSettings {
  readonly chosen: readonly Contender[];
  readonly left: readonly Contender[];
}

/** For notifications, all of them new. */
export function debeziumSettings(distribution: ConnectDistribution): DebeziumSettings {
  const of = naming(distribution, NOTIFICATIONS);
  return {
    chosen: [
      of('defaults', 1, {}),
      of('tuned, 1 task', 1, { ...UNNEST, ...batches(3000) }),
      of('tuned, 3 tasks', 3, { ...UNNEST, ...batches(3000) }),
    ],
    left: [
      of('arrays of 500', 1, UNNEST),
      of('arrays of 10,000', 1, { ...UNNEST, ...batches(10_000) }),
      of('joined, 500', 1, REDUCE, REWRITE),
      of('joined, 3,000', 1, { ...REDUCE, ...batches(3000) }, REWRITE),
      of('joined, 3,000, 3 tasks', 3, { ...REDUCE, ...batches(3000) }, REWRITE),
    ],
  };
}

/**
 * For states. Both ways of larger batches need the buffer, as PostgreSQL refuses an INSERT that has a key twice. The larger the
 * batch, the more states another one of it replaces.
 */
export function debeziumStateSettings(distribution: ConnectDistribution): DebeziumSettings {
  const of = naming(distribution, STATES);
  const arrays = (records: number) => ({ ...REDUCE, ...UNNEST, ...batches(records) });
  const joined = (records: number) => ({ ...REDUCE, ...batches(records) });
  return {
    chosen: [
      of('defaults', 1, {}),
      of('arrays, 1 task', 1, arrays(10_000)),
      of('arrays, 3 tasks', 3, arrays(10_000)),
      of('joined, 1 task', 1, joined(10_000), REWRITE),
      of('joined, 3 tasks', 3, joined(10_000), REWRITE),
    ],
    left: [
      of('arrays of 500', 1, { ...REDUCE, ...UNNEST }),
      of('arrays of 3,000', 1, arrays(3000)),
      of('arrays of 3,000, 3 tasks', 3, arrays(3000)),
      of('joined, 500', 1, REDUCE, REWRITE),
      of('joined, 3,000', 1, joined(3000), REWRITE),
      of('joined, 3,000, 3 tasks', 3, joined(3000), REWRITE),
    ],
  };
}

const naming =
  (distribution: ConnectDistribution, table: DebeziumTable) =>
  (name: string, tasks: number, tuning: Properties, parameters?: string) =>
    debezium(distribution, table, `Debezium, ${name}`, tasks, tuning, parameters);
