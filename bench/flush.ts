import pg from 'pg';
import { readConfig } from '../src/config.ts';
import type { Delivery } from '../src/kafka/read-event.ts';
import type { Row } from '../src/notification.ts';
import { createStorage } from '../src/postgres/storage.ts';
import { startDeadline } from '../src/sink/deadline.ts';
import { type Contender, contest, type Result } from './contest.ts';
import { freshRows } from './rows.ts';
import * as ways from './ways.ts';

/** Connections of every contender. */
export const CONNECTIONS = 2;

interface Input {
  readonly rows: readonly Row[];
  /** For the limit: halves, encoded. */
  readonly encoded: readonly Buffer[];
}

export interface FlushResult {
  readonly rows: number;
  readonly ids: 'fresh' | 'duplicate';
  readonly results: readonly Result[];
}

/**
 * Level 1: rows → committed, with the same connections for all.
 *
 * @param rounds by number of rows
 */
export async function benchFlush(
  url: string,
  rounds: (rows: number) => number,
  say: (line: string) => void,
): Promise<FlushResult[]> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()));
  const { store, close } = createStorage(
    readConfig({ DATABASE_URL: url, DEAD_LETTER_QUEUE_URL: 'http://localhost/1/unused' }),
    { onRetry: () => {}, onCircuit: () => {} },
  );
  const contenders = (rows: number): Contender<Input>[] => [
    { name: 'notification-sink', run: ({ rows }) => store(rows.map(asFit), startDeadline(60_000)) },
    ...(rows <= 1000 ? [{ name: 'row by row', run: each(ways.rowByRow) }] : []),
    { name: 'VALUES placeholders', run: each(ways.valuesList) },
    { name: 'unnest', run: each(ways.unnest) },
    { name: 'json_to_recordset', run: each(ways.jsonRecordset) },
    { name: 'staged COPY', run: each(ways.stagedCopy) },
    {
      name: 'limit: straight COPY',
      run: ({ encoded }) =>
        Promise.all(encoded.map((lines, index) => ways.straightCopy(client(index), lines))),
    },
  ];
  const client = (index: number) => clients[index] as pg.PoolClient;
  const each = (way: ways.Way) => (input: Input) =>
    Promise.all(halves(input.rows).map((half, index) => way(client(index), half)));
  const truncate = async () => {
    await client(0).query('TRUNCATE notifications');
  };
  const found: FlushResult[] = [];
  try {
    for (const rows of [1, 10, 100, 1000, 10_000]) {
      say(`flush: ${rows} rows`);
      const input = () => prepare(freshRows(rows));
      const results = await contest(contenders(rows), input, truncate, rounds(rows));
      found.push({ rows, ids: 'fresh', results });
    }
    say('flush: 10000 rows that are there already');
    const there = prepare(freshRows(10_000));
    await store(there.rows.map(asFit), startDeadline(60_000));
    const passOver = contenders(10_000).slice(0, -1);
    const results = await contest(
      passOver,
      () => there,
      async () => {},
      rounds(10_000),
    );
    found.push({ rows: 10_000, ids: 'duplicate', results });
    await truncate();
  } finally {
    await close();
    for (const one of clients) one.release();
    await pool.end();
  }
  return found;
}

function prepare(rows: readonly Row[]): Input {
  return { rows, encoded: halves(rows).map(ways.encode) };
}

function halves(rows: readonly Row[]): (readonly Row[])[] {
  if (rows.length < CONNECTIONS) return [rows];
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
}

const asFit = (row: Row) => ({ delivery: {} as Delivery, row });
