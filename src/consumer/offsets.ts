import type { Position } from '../kafka/source.ts';
import { comparePartitions, PartitionMap, type TopicPartition } from '../record/partition.ts';
import { memoryOf, type SinkRecord } from '../record/record.ts';
import { Pending } from './pending.ts';

interface Progress {
  readonly pending: Pending;
  /** The offset behind the last record that arrived. */
  next: number;
  committed: number | null;
}

/**
 * Knows how far each partition may be committed: only its contiguous acknowledged prefix. A record that is held back holds
 * back the commit of all behind it in its partition, but not their delivery.
 *
 * A partition is known from its assignment until it is revoked or lost. Records are known by identity, so that what
 * a batch acknowledges of an earlier assignment counts for nothing in the present one.
 */
export class OffsetTracker {
  readonly #partitions = new PartitionMap<Progress>();
  #records = 0;
  #bytes = 0;

  /** Records that have arrived and are not acknowledged, wherever they wait. */
  get records(): number {
    return this.#records;
  }

  /** Memory of these. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param committed what the group has committed; when that is nothing, `offset` itself must be committed */
  assign(at: TopicPartition, offset: number, committed: number | null): void {
    this.drop(at);
    this.#partitions.set(at, { pending: new Pending(), next: offset, committed });
  }

  /** Forgets a partition and all of its records. */
  drop(at: TopicPartition): void {
    for (const record of this.#partitions.get(at)?.pending ?? []) this.#count(-1, record);
    this.#partitions.delete(at);
  }

  /** The offset behind the last record that arrived; undefined when the partition is not known. */
  next(at: TopicPartition): number | undefined {
    return this.#partitions.get(at)?.next;
  }

  /**
   * Whether the partition has gone back behind what is committed, as it does when its log was cut or the topic created
   * again. It holds other records then, and must be assigned again.
   */
  wentBack(record: SinkRecord): boolean {
    return record.offset < (this.#partitions.get(record)?.committed ?? 0);
  }

  /**
   * A record has arrived.
   *
   * @returns whether it must be handled: its partition is known, and it has not arrived before
   */
  begin(record: SinkRecord): boolean {
    const entry = this.#partitions.get(record);
    if (!entry || record.offset < entry.next) return false;
    entry.pending.add(record);
    entry.next = record.offset + 1;
    this.#count(1, record);
    return true;
  }

  /** No record before this offset will arrive any more. */
  skip(at: TopicPartition, offset: number): void {
    const entry = this.#partitions.get(at);
    if (entry && offset > entry.next) entry.next = offset;
  }

  /** Whether a record has arrived under the present assignment and is not acknowledged. */
  isPending(record: SinkRecord): boolean {
    return this.#partitions.get(record)?.pending.has(record) === true;
  }

  /** Records are stored, passed over or dead-lettered. */
  acknowledge(records: Iterable<SinkRecord>): void {
    for (const record of records)
      if (this.#partitions.get(record)?.pending.delete(record)) this.#count(-1, record);
  }

  /** Where each partition that has moved on since its last commit can be committed. */
  committable(): Position[] {
    return this.partitions()
      .filter(({ position, committed }) => committed === null || position > committed)
      .map(({ topic, partition, position }) => ({ topic, partition, offset: position }));
  }

  /** Positions are committed. */
  committed(positions: Iterable<Position>): void {
    for (const position of positions) {
      const { offset } = position;
      const entry = this.#partitions.get(position);
      // A commit that was under way when the partition was assigned again says nothing of what has not arrived again.
      if (entry && offset <= entry.next) entry.committed = Math.max(entry.committed ?? 0, offset);
    }
  }

  /** Every known partition, by topic and number. `position` is the first offset that is not acknowledged. */
  partitions(): (TopicPartition & {
    committed: number | null;
    position: number;
    pending: number;
  })[] {
    return [...this.#partitions]
      .map(([at, { pending, next, committed }]) => ({
        ...at,
        committed,
        position: pending.first ?? next,
        pending: pending.size,
      }))
      .sort(comparePartitions);
  }

  #count(sign: 1 | -1, record: SinkRecord): void {
    this.#records += sign;
    this.#bytes += sign * memoryOf(record);
  }
}
