import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { markdownTable } from '../local/markdown.ts';
import type { KafkaEvent, LambdaHandler } from '../src/lambda/event.ts';
import { type Contender, contest, type Result } from './contest.ts';
import { handling } from './handler.ts';
import { eventOf } from './rows.ts';
import { BODY, uuid } from './sample.ts';
import { statsOf } from './stats.ts';

/** What refuses a record: the rule of the table, and what is wrong with a notification. */
interface Kind {
  readonly rule: string;
  readonly bad: Readonly<Record<string, unknown>>;
}

const PARENTS = 10_000;

const KINDS: Readonly<Record<string, Kind>> = {
  'a type': { rule: '', bad: { created_at: '2025-10-22T00:00:00+23:59' } },
  CHECK: { rule: "ADD CONSTRAINT bench_rule CHECK (title <> 'bad')", bad: { title: 'bad' } },
  'foreign key': {
    rule: 'ADD CONSTRAINT bench_rule FOREIGN KEY (user_id) REFERENCES bench_users',
    bad: { user_id: '00000000-0000-4000-8000-000000000000' },
  },
  'another unique index': {
    rule: 'ADD CONSTRAINT bench_rule UNIQUE (title)',
    bad: { title: 'taken' },
  },
};

/** Shares of the records that are refused, in per cent. */
const SHARES = [1, 10, 100];

export interface RefusalsResult {
  readonly kind: string;
  readonly records: number;
  /** Medians in milliseconds. */
  readonly copy: number;
  readonly insert: number;
  readonly shares: readonly {
    readonly percent: number;
    readonly refused: number;
    readonly noJson: number;
  }[];
}

/**
 * Level 3: what records cost that only PostgreSQL can refuse, through the built bundle, dead letters included. Beside them
 * the same events without any, by COPY and by INSERT, and with as many records that are not JSON.
 *
 * @param load gives a handler of its own: what one has learned of the table, another has not
 * @param database logged in as the owner of the table
 */
export async function benchRefusals(
  load: (name: string) => Promise<LambdaHandler & { close(): Promise<void> }>,
  database: pg.Client,
  rounds: (records: number) => number,
  say: (line: string) => void,
): Promise<RefusalsResult[]> {
  await database.query(
    `CREATE TABLE bench_users (id uuid PRIMARY KEY);
     INSERT INTO bench_users SELECT md5('user-' || n)::uuid FROM generate_series(0, ${PARENTS - 1}) AS n; ANALYZE bench_users`,
  );
  const found: RefusalsResult[] = [];
  for (const [kind, { rule, bad }] of Object.entries(KINDS)) {
    const clean = async () => {
      await database.query(`TRUNCATE notifications; ${TAKEN}`);
    };
    await clean();
    if (rule !== '') await database.query(`ALTER TABLE notifications ${rule}`);
    for (const records of [1000, 10_000]) {
      say(`refusals: ${kind}, ${records} records`);
      found.push(
        await measure(`${kind}-${records}`, kind, records, bad, load, clean, rounds(records)),
      );
    }
    if (rule !== '') await database.query('ALTER TABLE notifications DROP CONSTRAINT bench_rule');
  }
  await database.query('TRUNCATE notifications; DROP TABLE bench_users');
  return found;
}

/** Turns, those that warm up not counted, in which all events are inserted. */
const MOST_INSERTED = 24;

/** The row whose title is taken, and which is there already for who is to insert. */
const TAKEN = `INSERT INTO notifications (id, user_id, event_type, title, body, created_at, source_topic, source_partition, source_offset)
VALUES ('00000000-0000-4000-8000-000000000001', md5('user-1')::uuid, 'e', 'taken', '', now(), 'x', 0, 0)`;

async function measure(
  id: string,
  kind: string,
  records: number,
  bad: Kind['bad'],
  load: (name: string) => Promise<LambdaHandler & { close(): Promise<void> }>,
  clean: () => Promise<void>,
  rounds: number,
): Promise<RefusalsResult> {
  const names = ['copy', ...SHARES.flatMap((percent) => [`refused-${percent}`, `json-${percent}`])];
  const handlers = await Promise.all(names.map((name) => load(`${id}-${name}`)));
  const contenders = names.map((name, index): Contender => {
    const [way, percent] = name.split('-');
    const handler = handlers[index] as LambdaHandler;
    return handling(name, handler, () => makeEvent(records, way ?? '', Number(percent ?? 0), bad));
  });
  // A row that is there already has COPY refused. After the seventh time it is left out for 64 chunks, of which an event has
  // two; a new handler begins again.
  const results: Result[] = [];
  for (let left = rounds; left > 0; left -= MOST_INSERTED) {
    const insert = await load(`${id}-insert-${left}`);
    for (let event = 0; event < 70; event += 1)
      await handling('', insert, () => makeEvent(60, 'there', 0, bad)).prepare()();
    const inserting = handling('insert', insert, () => makeEvent(records, 'insert', 0, bad));
    const turns = Math.min(left, MOST_INSERTED);
    results.push(...(await contest([inserting, ...contenders], clean, turns)));
    await insert.close();
  }
  await Promise.all(handlers.map((handler) => handler.close()));
  const median = (name: string) =>
    statsOf(results.filter((one) => one.name === name).map(({ time }) => time.median)).median;
  return {
    ...{ kind, records, copy: median('copy'), insert: median('insert') },
    shares: SHARES.map((percent) => ({
      percent,
      refused: median(`refused-${percent}`),
      noJson: median(`json-${percent}`),
    })),
  };
}

function makeEvent(records: number, way: string, percent: number, bad: Kind['bad']): KafkaEvent {
  const every = percent === 0 ? Number.POSITIVE_INFINITY : 100 / percent;
  return eventOf(records, (index) => {
    const id =
      way === 'there' && index === 0 ? '00000000-0000-4000-8000-000000000001' : randomUUID();
    const sound = {
      ...{ id, user_id: uuid(`user-${index % PARENTS}`), event_type: 'order.shipped' },
      ...{
        title: `Your order ${id} has shipped`,
        body: BODY,
        created_at: '2025-10-22T12:34:56.789Z',
      },
    };
    if (index % every !== every - 1) return JSON.stringify(sound);
    return way === 'json' ? '{"id":' : JSON.stringify({ ...sound, ...bad });
  });
}

/** By how much each is slower than the events without refused records, and than those that are not JSON. */
export function refusalsTable(results: readonly RefusalsResult[]): string {
  const ratio = (a: number, b: number) => (a / b).toFixed(2);
  return markdownTable(
    ['refused for', 'records', 'share', 'ms', 'of INSERT', 'of COPY', 'of not JSON'],
    results.flatMap(({ kind, records, copy, insert, shares }) =>
      shares.map(({ percent, refused, noJson }) => [
        kind,
        records.toLocaleString('en'),
        `${percent} %`,
        refused.toFixed(1),
        ...[insert, copy, noJson].map((other) => ratio(refused, other)),
      ]),
    ),
  );
}
