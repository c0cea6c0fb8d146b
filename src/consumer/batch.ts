import type { KafkaRecord } from '../kafka/event.ts';

/** Collects records until there are enough of them, or the oldest has waited long enough. */
export class NotificationBatch {
  readonly records: KafkaRecord[] = [];
  readonly #size: number;
  readonly #maxAgeMs: number;
  readonly #due = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;

  constructor(size: number, maxAgeMs: number) {
    this.#size = size;
    this.#maxAgeMs = maxAgeMs;
  }

  /** Resolves when the batch is to be flushed. It can grow until it is. */
  get due(): Promise<void> {
    return this.#due.promise;
  }

  add(record: KafkaRecord): void {
    if (!this.#isDue) this.#timer ??= setTimeout(() => this.flush(), this.#maxAgeMs);
    this.records.push(record);
    if (this.records.length >= this.#size) this.flush();
  }

  /** Makes the batch due now. */
  flush(): void {
    this.#isDue = true;
    clearTimeout(this.#timer);
    this.#due.resolve();
  }
}
