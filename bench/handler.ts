import { markdownTable } from '../local/markdown.ts';
import type { KafkaEvent, LambdaHandler } from '../src/lambda/event.ts';
import { withClients } from './clients.ts';
import { createPowertoolsHandler } from './contenders/powertools.ts';
import { type Contender, contest, type Result } from './contest.ts';
import { limit } from './flush.ts';
import { freshEvent } from './rows.ts';

export interface HandlerResult {
  readonly records: number;
  /** Bytes of the event in JSON. */
  readonly bytes: number;
  readonly results: readonly Result[];
}

const ALL_VALID = 'all valid';
const POWERTOOLS = 'Powertools and zod';

/** As many records as an event of 6 MB holds. */
const LARGEST = 11_000;

/**
 * Level 2: event (base64) → response, through the built bundle, with 0, 1 and 10 % invalid records, and with an event that
 * was delivered before; beside what is usually written on Lambda.
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
    const powertools = createPowertoolsHandler(url);
    for (const records of [10, 100, 1000, 10_000, LARGEST]) {
      say(`handler: ${records} records`);
      const fresh = await contest(
        [
          handling(ALL_VALID, handler, () => freshEvent(records)),
          handling('1 % invalid', handler, () => freshEvent(records, { invalid: 0.01 })),
          handling('10 % invalid', handler, () => freshEvent(records, { invalid: 0.1 })),
          handling(POWERTOOLS, powertools, () => freshEvent(records)),
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
    await powertools.close();
    return found;
  });
}

/** Memory of a function, in GB, with which Lambda gives it one CPU: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const GB_OF_ONE_CPU = 1.769;

/** What Lambda bills for a million records in events of so many, in GB-seconds, by the medians of both. */
export function costTable(found: readonly HandlerResult[]): string {
  const rows = found.map(({ records, results }) => {
    const cost = (name: string) => {
      const { median = Number.NaN } = results.find((one) => one.name === name)?.time ?? {};
      return (median / records) * 1000 * GB_OF_ONE_CPU;
    };
    const [ours, theirs] = [cost(ALL_VALID), cost(POWERTOOLS)];
    const times = (theirs / ours).toFixed(2);
    return [records.toLocaleString('en'), ours.toFixed(1), theirs.toFixed(1), times];
  });
  return markdownTable(['records in an event', 'kafka-pg-sink', POWERTOOLS, 'times'], rows);
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
