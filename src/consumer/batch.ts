import { memoryOf, type SinkRecord } from '../record/record.ts';

/** When a batch must be flushed, and how large it can be. */
export interface BatchLimits {
  /** Records that make it due. */
  readonly batchSize: number;
  /** Age of its oldest record that makes it due. */
  readonly flushIntervalMs: number;
  readonly maxBatchSize: number;
  /** Half of it makes the batch due, so that the other half has room for what comes until it is taken. */
  readonly maxBatchBytes: number;
}

/** Collects records until there are enough of them, or the oldest has waited long enough. */
export class Batch {
  readonly records: SinkRecord[] = [];
  readonly #limits: BatchLimits;
  readonly #due = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;
  bytes = 0;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** Resolves when the batch must be flushed. It can grow until it is. */
  get due(): Promise<void> {
    return this.#due.promise;
  }

  /** Takes the record if there is room for it. A record that is larger than all batches gets one of its own. */
  add(record: SinkRecord): boolean {
    const { batchSize, flushIntervalMs, maxBatchSize, maxBatchBytes } = this.#limits;
    const bytes = this.bytes + memoryOf(record);
    if (this.records.length > 0 && (this.records.length >= maxBatchSize || bytes > maxBatchBytes))
      return false;
    if (!this.#isDue) this.#timer ??= setTimeout(() => this.flush(), flushIntervalMs);
    this.bytes = bytes;
    if (this.records.push(record) >= batchSize || bytes >= maxBatchBytes / 2) this.flush();
    return true;
  }

  /** Makes the batch due now. */
  flush(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    clearTimeout(this.#timer);
    this.#due.resolve();
  }
}
