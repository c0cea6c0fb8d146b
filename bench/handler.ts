import type { KafkaEvent, LambdaHandler } from '../src/lambda/event.ts';
import { withClients } from './clients.ts';
import { type Contender, contest, type Result } from './contest.ts';
import { limit } from './flush.ts';
import { freshEvent } from './rows.ts';

export interface HandlerResult {
  readonly records: number;
  /** Bytes of the event in JSON. */
  readonly bytes: number;
  readonly results: readonly Result[];
}

/** As many records as an event of 6 MB holds. */
const LARGEST = 11_000;

/**
 * Level 2: event (base64) → response, through the built bundle, with 0, 1 and 10 % invalid records, and with an event that
 * was delivered before.
 *
 * @param handler of the bundle, with `DATABASE_URL` and the queue in its environment
 */
export function benchHandler(
  handler: LambdaHandler,
  url: string,
  rounds: (records: number) => number,
  say: (line: string) => void,
): Promise<HandlerResult[]> {
  return withClients(url, async (clients, truncate) => {
    const found: HandlerResult[] = [];
    for (const records of [100, 1000, 10_000, LARGEST]) {
      say(`handler: ${records} records`);
      const fresh = await contest(
        [
          handling('all valid', handler, () => freshEvent(records)),
          handling('1 % invalid', handler, () => freshEvent(records, { invalid: 0.01 })),
          handling('10 % invalid', handler, () => freshEvent(records, { invalid: 0.1 })),
          limit(clients, records),
        ],
        truncate,
        rounds(records),
      );
      // Apart from the others: after a duplicate some batches are inserted, not copied.
      const event = freshEvent(records);
      const again = handling('all delivered before', handler, () => event);
      await again.prepare()();
      const repeated = await contest([again], async () => {}, rounds(records));
      const bytes = Buffer.byteLength(JSON.stringify(event));
      found.push({ records, bytes, results: [...repeated, ...fresh] });
      await truncate();
    }
    return found;
  });
}

/** Hands an event to the handler as Lambda does: parsed from its text a moment before. */
export function handling(name: string, handler: LambdaHandler, make: () => KafkaEvent): Contender {
  return {
    name,
    prepare() {
      const event: KafkaEvent = JSON.parse(JSON.stringify(make()));
      return async () => {
        const { batchItemFailures } = await handler(event, {
          getRemainingTimeInMillis: () => 60_000,
        });
        if (batchItemFailures.length > 0)
          throw new Error(`${batchItemFailures.length} records failed`);
      };
    },
  };
}
