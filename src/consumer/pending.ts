import type { SinkRecord } from '../record/record.ts';

/** Acknowledged entries at the front that are kept at most, so that the arrays are not cut for each record. */
const MAX_FRONT = 1024;

/**
 * The records of one partition that have arrived and are not acknowledged, by offset. They arrive in order and leave
 * nearly in order, so two arrays serve: a map took five hash operations for each record, a tenth of the consumer's CPU.
 */
export class Pending {
  #offsets: number[] = [];
  /** Null where a record is acknowledged. */
  #records: (SinkRecord | null)[] = [];
  /** The first that is not acknowledged. */
  #front = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The lowest offset; undefined when nothing is pending. */
  get first(): number | undefined {
    return this.#offsets[this.#front];
  }

  /** @param record its offset must be higher than all before */
  add(record: SinkRecord): void {
    this.#offsets.push(record.offset);
    this.#records.push(record);
    this.#size += 1;
  }

  /** Whether this very record is pending, not another one at its offset. */
  has(record: SinkRecord): boolean {
    return this.#records[this.#indexOf(record.offset)] === record;
  }

  /** @returns whether this very record was pending */
  delete(record: SinkRecord): boolean {
    const index = this.#indexOf(record.offset);
    if (this.#records[index] !== record) return false;
    this.#records[index] = null;
    this.#size -= 1;
    while (this.#records[this.#front] === null) this.#front += 1;
    if (this.#front === this.#records.length || this.#front > MAX_FRONT) this.#cut();
    return true;
  }

  *[Symbol.iterator](): Generator<SinkRecord> {
    for (const record of this.#records) if (record !== null) yield record;
  }

  #cut(): void {
    this.#offsets = this.#offsets.slice(this.#front);
    this.#records = this.#records.slice(this.#front);
    this.#front = 0;
  }

  /** @returns -1 when there is none */
  #indexOf(offset: number): number {
    const offsets = this.#offsets;
    let low = this.#front;
    // Where no offset is left out, which is nearly always, it is as far behind the first as its offset is.
    const guess = low + offset - (offsets[low] ?? 0);
    if (offsets[guess] === offset) return guess;
    let high = offsets.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = offsets[middle] as number;
      if (found === offset) return middle;
      if (found < offset) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
