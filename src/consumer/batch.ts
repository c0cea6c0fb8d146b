import { memoryOf, type SinkRecord } from '../record/record.ts';

/** When a batch must be flushed, and how large it can be. */
export interface BatchLimits {
  /** Records that make it due. */
  readonly batchSize: number;
  /** Age of its oldest record that makes it due; 0 for at once. */
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
    this.bytes = bytes;
    const isFull = this.records.push(record) >= batchSize || bytes >= maxBatchBytes / 2;
    // What has come with this record is added before anybody can take the batch.
    if (isFull || flushIntervalMs === 0) this.flush();
    else if (!this.#isDue) this.#timer ??= setTimeout(() => this.flush(), flushIntervalMs);
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
