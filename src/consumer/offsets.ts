import type { KafkaRecord } from '../kafka/event.ts';

/** The position from which a consumer group goes on in a partition: the first offset that is not settled. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

interface Partition {
  readonly topic: string;
  readonly partition: number;
  /** Offsets under way, lowest first: Kafka delivers a partition in order, and a set keeps the order of its entries. */
  readonly pending: Set<number>;
  next: number;
  committed: number;
}

/**
 * Knows how far each partition may be committed: only its contiguous settled prefix. A record that is held back holds
 * back the commit of all behind it in its partition, but not their delivery.
 */
export class OffsetTracker {
  readonly #partitions = new Map<string, Partition>();

  /** A record has arrived. */
  begin({ topic, partition, offset }: KafkaRecord): void {
    const key = `${topic}-${partition}`;
    const found = this.#partitions.get(key);
    // Nothing below the first record is ours to commit.
    const entry = found ?? { topic, partition, pending: new Set(), next: 0, committed: offset };
    if (!found) this.#partitions.set(key, entry);
    entry.pending.add(offset);
    entry.next = Math.max(entry.next, offset + 1);
  }

  /** Records are stored or dead-lettered. */
  settle(records: Iterable<KafkaRecord>): void {
    for (const { topic, partition, offset } of records)
      this.#partitions.get(`${topic}-${partition}`)?.pending.delete(offset);
  }

  /** Where each partition that has moved on since its last commit can be committed. */
  committable(): Position[] {
    return [...this.#partitions.values()]
      .map(({ topic, partition, pending, next, committed }) => {
        const [lowest = next] = pending;
        return { topic, partition, offset: lowest, moved: lowest > committed };
      })
      .filter(({ moved }) => moved)
      .map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  }

  /** Positions are committed. */
  committed(positions: Iterable<Position>): void {
    for (const { topic, partition, offset } of positions) {
      const entry = this.#partitions.get(`${topic}-${partition}`);
      if (entry) entry.committed = offset;
    }
  }
}
