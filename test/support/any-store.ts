import { onTestFinished } from 'vitest';
import { createStore } from '../../src/postgres/store.ts';
import type { Flushed } from '../../src/postgres/write/flush.ts';
import type { OnRejected } from '../../src/postgres/write/rejection.ts';
import type { RecordRow } from '../../src/record/row.ts';
import type { Table, Values } from '../../src/record/table.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { readSink } from '../../src/settings/sink.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { sinkRecord } from './records.ts';

/** Stores rows, the first of which is that of the record at the offset `first`. */
export type StoreRows = (rows: readonly Values[], first?: number) => Promise<Flushed>;

/**
 * Stores rows of several tables as the sink does.
 *
 * @param env settings of the sink
 */
export function createStoreOf(
  { url }: { readonly url: string },
  env: Readonly<Record<string, string>> = {},
): (batch: readonly RecordRow[], ms?: number, onRejected?: OnRejected) => Promise<Flushed> {
  const settings = readSettings(
    { DATABASE_URL: url, DEAD_LETTER_QUEUE_URL: 'http://localhost/1/unused', ...env },
    readSink,
  );
  const { begin, close } = createStore(settings, { onRetry() {}, onCircuit() {} });
  onTestFinished(close);
  return async (batch, ms = 60_000, onRejected) => {
    const deadline = startDeadline(ms);
    const flush = begin(batch.length, deadline, onRejected);
    flush.add(batch);
    return flush.end().finally(() => deadline.clear());
  };
}

/** Stores rows of one table as the sink does; the record of each has its place as its offset. */
export async function createAnyStore(
  database: { readonly url: string },
  table: Table,
  env: Readonly<Record<string, string>> = {},
): Promise<StoreRows> {
  const store = createStoreOf(database, env);
  return (rows, first = 0) => store(rowsOf(table, rows, first));
}

/** The rows of records with offsets from `first`. */
export function rowsOf(table: Table, rows: readonly Values[], first = 0): RecordRow[] {
  return rows.map((row, index) => ({
    record: sinkRecord(null, { offset: first + index }),
    ...{ row, table },
  }));
}
