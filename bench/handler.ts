import pg from 'pg';
import type { LambdaHandler } from '../src/handler.ts';
import type { KafkaEvent } from '../src/kafka/event.ts';
import { type Contender, contest, type Result } from './contest.ts';
import { CONNECTIONS } from './flush.ts';
import { freshEvent, freshRows } from './rows.ts';
import * as ways from './ways.ts';

export interface HandlerResult {
  readonly records: number;
  /** Bytes of the event in JSON. */
  readonly bytes: number;
  readonly results: readonly Result[];
}

interface Input {
  readonly fit: KafkaEvent;
  readonly onePercent: KafkaEvent;
  readonly tenPercent: KafkaEvent;
  readonly encoded: readonly Buffer[];
}

/** As many records as an event of 6 MB holds. */
const LARGEST = 11_000;

/**
 * Level 2: event (base64) → response, through the built bundle, with 0, 1 and 10 % unfit records, and with an event that
 * was delivered before.
 *
 * @param handler of the bundle, with `DATABASE_URL` and the queue in its environment
 */
export async function benchHandler(
  handler: LambdaHandler,
  url: string,
  rounds: (records: number) => number,
  say: (line: string) => void,
): Promise<HandlerResult[]> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()));
  const context = { getRemainingTimeInMillis: () => 60_000 };
  const handle = async (event: KafkaEvent) => {
    const { batchItemFailures } = await handler(event, context);
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} records failed`);
  };
  const limit: Contender<Input> = {
    name: 'limit: straight COPY',
    run: ({ encoded }) =>
      Promise.all(
        encoded.map((lines, index) => ways.straightCopy(clients[index] as pg.PoolClient, lines)),
      ),
  };
  const shares: Contender<Input>[] = [
    { name: 'all fit', run: ({ fit }) => handle(fit) },
    { name: '1 % unfit', run: ({ onePercent }) => handle(onePercent) },
    { name: '10 % unfit', run: ({ tenPercent }) => handle(tenPercent) },
    limit,
  ];
  const truncate = async () => {
    await clients[0]?.query('TRUNCATE notifications');
  };
  const found: HandlerResult[] = [];
  try {
    for (const records of [100, 1000, 10_000, LARGEST]) {
      say(`handler: ${records} records`);
      const input = () => ({
        fit: freshEvent(records),
        onePercent: freshEvent(records, 0.01),
        tenPercent: freshEvent(records, 0.1),
        encoded: split(freshRows(records)).map(ways.encode),
      });
      const again = freshEvent(records);
      const bytes = Buffer.byteLength(JSON.stringify(again));
      const fresh = await contest(shares, input, truncate, rounds(records));
      // Apart from the others: after a duplicate some batches are inserted, not copied.
      await handle(again);
      const repeat = [{ name: 'all delivered before', run: () => handle(again) }];
      const repeated = await contest(repeat, input, async () => {}, rounds(records));
      found.push({ records, bytes, results: [...repeated, ...fresh] });
      await truncate();
    }
  } finally {
    for (const client of clients) client.release();
    await pool.end();
  }
  return found;
}

function split<T>(items: readonly T[]): (readonly T[])[] {
  const middle = Math.ceil(items.length / CONNECTIONS);
  return [items.slice(0, middle), items.slice(middle)];
}
