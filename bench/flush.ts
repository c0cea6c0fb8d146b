import type pg from 'pg';
import { createStore } from '../src/postgres/store.ts';
import type { SinkRecord } from '../src/record/record.ts';
import type { Values } from '../src/record/table.ts';
import { readSettings } from '../src/settings/reader.ts';
import { readSink } from '../src/settings/sink.ts';
import { startDeadline } from '../src/timing/deadline.ts';
import { encodeBinary } from './binary.ts';
import { CONNECTIONS, withClients } from './clients.ts';
import { type Contender, contest, type Result } from './contest.ts';
import { SINK } from './notifications.ts';
import { LIMIT } from './report.ts';
import { freshRows } from './rows.ts';
import * as ways from './ways.ts';

/** Not a way of the sink's: shown for what the other format would bring. */
const BINARY = 'straight COPY, binary';

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
export function benchFlush(
  url: string,
  rounds: (rows: number) => number,
  say: (line: string) => void,
): Promise<FlushResult[]> {
  return withClients(url, (clients, truncate) => run(url, clients, truncate, rounds, say));
}

async function run(
  url: string,
  clients: readonly pg.PoolClient[],
  truncate: () => Promise<void>,
  rounds: (rows: number) => number,
  say: (line: string) => void,
): Promise<FlushResult[]> {
  const { store, close } = createStore(
    readSettings(
      { DATABASE_URL: url, DEAD_LETTER_QUEUE_URL: 'http://localhost/1/unused' },
      readSink,
    ),
    { onRetry: () => {}, onCircuit: () => {} },
  );
  const client = (index: number) => clients[index] as pg.PoolClient;
  const flush = async (rows: readonly Values[]) => {
    const deadline = startDeadline(60_000);
    await store(rows.map(asRecordRow), deadline);
    deadline.clear();
  };
  const each = (way: ways.Way) => (rows: readonly Values[]) =>
    Promise.all(ways.deal(rows, CONNECTIONS).map((share, index) => way(client(index), share)));
  const ours = (take: () => readonly Values[], count: number): Contender[] =>
    [
      { name: 'kafka-pg-sink', run: flush },
      ...(count <= 1000 ? [{ name: 'row by row', run: each(ways.rowByRow) }] : []),
      { name: 'VALUES placeholders', run: each(ways.valuesList) },
      { name: 'unnest', run: each(ways.unnest) },
      { name: 'jsonb arrays', run: each(ways.jsonArrays) },
      { name: 'staged COPY', run: each(ways.stagedCopy) },
    ].map(({ name, run }) => ({
      name,
      prepare() {
        const rows = take();
        return () => run(rows);
      },
    }));
  const found: FlushResult[] = [];
  try {
    for (const rows of [1, 10, 100, 1000, 10_000]) {
      say(`flush: ${rows} rows`);
      const contenders = [
        ...ours(() => freshRows(rows), rows),
        limit(clients, rows),
        straight(BINARY, clients, rows, encodeBinary, ways.straightBinaryCopy),
      ];
      found.push({
        rows,
        ids: 'fresh',
        results: await contest(contenders, truncate, rounds(rows)),
      });
    }
    say('flush: 10000 rows that are there already');
    const there = freshRows(10_000);
    await flush(there);
    const again = ours(() => there, 10_000);
    const results = await contest(again, async () => {}, rounds(10_000));
    found.push({ rows: 10_000, ids: 'duplicate', results });
    await truncate();
  } finally {
    await close();
  }
  return found;
}

/** Straight COPY of as many fresh rows, encoded already, over as many connections. */
export function limit(clients: readonly pg.PoolClient[], rows: number): Contender {
  return straight(LIMIT, clients, rows, ways.encode, ways.straightCopy);
}

function straight(
  name: string,
  clients: readonly pg.PoolClient[],
  rows: number,
  encode: (rows: readonly Values[]) => Buffer,
  copy: (client: pg.ClientBase, encoded: Buffer) => Promise<void>,
): Contender {
  return {
    name,
    prepare() {
      const shares = ways.deal(freshRows(rows), clients.length).map(encode);
      return () =>
        Promise.all(shares.map((share, index) => copy(clients[index] as pg.PoolClient, share)));
    },
  };
}

const asRecordRow = (row: Values) => ({ record: {} as SinkRecord, row, table: SINK.table });
