import { PartitionMap, partitionName, type TopicPartition } from '../record/partition.ts';
import type { SinkRecord } from '../record/record.ts';
import { doubling } from '../timing/retry.ts';
import { detachBytes } from './detach-bytes.ts';

const BASE_DELAY_MS = 100;
const MAX_DELAY_MS = 5000;

interface HeldBack {
  /** Records that have failed and not succeeded since, be they held back or under way again. */
  readonly failing: Set<SinkRecord>;
  /** Those of them that are held back. */
  records: SinkRecord[];
  /** Batches with failures since all was well in the partition. */
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Holds failed records back and offers them again, each partition after a delay of its own that doubles from failure to
 * failure: a record that fails for ever, or a whole partition that does, delays no other partition.
 */
export function createRedelivery(offer: (records: readonly SinkRecord[]) => void) {
  const partitions = new PartitionMap<HeldBack>();

  function hold(at: TopicPartition, records: readonly SinkRecord[]): void {
    const held = partitions.get(at) ?? {
      failing: new Set(),
      records: [],
      failures: 0,
      timer: undefined,
    };
    partitions.set(at, held);
    for (const record of records) {
      if (!held.failing.has(record)) detachBytes(record);
      held.failing.add(record);
    }
    held.records = held.records.concat(records);
    held.failures += 1;
    held.timer ??= setTimeout(
      () => {
        const due = held.records;
        held.records = [];
        held.timer = undefined;
        offer(due);
      },
      doubling(BASE_DELAY_MS, MAX_DELAY_MS, held.failures),
    );
  }

  function drop(at: TopicPartition): void {
    clearTimeout(partitions.get(at)?.timer);
    partitions.delete(at);
  }

  return {
    /** Records are acknowledged. */
    acknowledged(records: Iterable<SinkRecord>): void {
      if (partitions.size === 0) return;
      for (const record of records) {
        const failing = partitions.get(record)?.failing;
        if (failing?.delete(record) && failing.size === 0) drop(record);
      }
    },
    /** Records must be delivered again. */
    failed(records: readonly SinkRecord[]): void {
      for (const list of Map.groupBy(records, partitionName).values())
        hold(list[0] as SinkRecord, list);
    },
    /**
     * A batch in the order of its partitions: what is offered again comes behind what has come meanwhile.
     */
    inOrder(batch: readonly SinkRecord[]): readonly SinkRecord[] {
      if (partitions.size === 0) return batch;
      return [...Map.groupBy(batch, partitionName).values()].flatMap((records) =>
        records.toSorted((a, b) => a.offset - b.offset),
      );
    },
    /** Records that have failed and are not in a batch. */
    outside(batch: readonly SinkRecord[]): readonly SinkRecord[] {
      if (partitions.size === 0) return [];
      const inside = new Set(batch);
      return [...partitions.keys()]
        .flatMap((at) => [...(partitions.get(at)?.failing ?? [])])
        .filter((record) => !inside.has(record));
    },
    /** Forgets the records of a partition. */
    drop,
    /** Offers nothing any more. */
    stop(): void {
      for (const at of partitions.keys()) drop(at);
    },
  };
}
