import type { SinkRecord } from '../record/record.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Gives a record bytes of its own. Those that it came with are part of a whole answer of Kafka, up to a megabyte, which one
 * record that fails for long would keep in memory. The record itself stays, as it is known by identity.
 */
export function detachBytes(record: Writable<SinkRecord>): void {
  record.key = record.key && Buffer.copyBytesFrom(record.key);
  record.value = record.value && Buffer.copyBytesFrom(record.value);
  record.headers = record.headers.map(({ name, value }) => ({
    name,
    value: value && Buffer.copyBytesFrom(value),
  }));
}
