import type pg from 'pg';
import type { LambdaHandler } from '../src/lambda/event.ts';
import { contest } from './contest.ts';
import { handling } from './handler.ts';
import { freshEvent } from './rows.ts';

/** How long a record takes, by what grows. */
export interface GrowthPoint {
  /** Records of the event. */
  readonly records: number;
  /** Bytes of the values. */
  readonly valueBytes: number;
  /** Median time for a record. */
  readonly microseconds: number;
}

export interface Growth {
  readonly byRecords: readonly GrowthPoint[];
  readonly byBytes: readonly GrowthPoint[];
}

const RECORDS = [1000, 2000, 5000, 10_000];
const USUAL_BODY = 140;
const BODIES = [0, 1000, 3000, 10_000, 30_000, 100_000];

/** All values together, so that their base64 stays within an event of 6 MB. */
const EVENT_BYTES = 4_000_000;

/** Bytes of a value beside its body. */
const REST_BYTES = 190;

/** Level 2 again: the time for a record by the number of records in the event, and by the size of their values. */
export async function benchGrowth(
  handler: LambdaHandler,
  database: pg.ClientBase,
  rounds: number,
  say: (line: string) => void,
): Promise<Growth> {
  /** All sizes take turns, so that none of them meets a busier machine than the others. */
  async function measure(
    sizes: readonly { records: number; bodyBytes: number }[],
  ): Promise<GrowthPoint[]> {
    const contenders = sizes.map(({ records, bodyBytes }) => {
      // Two bytes each: a body has 64 Ki characters at most.
      const body = 'é'.repeat(bodyBytes / 2);
      return handling(`${records} of ${bodyBytes}`, handler, () => freshEvent(records, { body }));
    });
    const truncate = async () => {
      await database.query('TRUNCATE notifications');
    };
    const results = await contest(contenders, truncate, rounds);
    return results.map(({ time }, index) => {
      const { records = 0, bodyBytes = 0 } = sizes[index] ?? {};
      const microseconds = (time.median / records) * 1000;
      return { records, valueBytes: REST_BYTES + bodyBytes, microseconds };
    });
  }

  say('growth: with the number of records');
  const byRecords = await measure(RECORDS.map((records) => ({ records, bodyBytes: USUAL_BODY })));
  say('growth: with the size of the values');
  const byBytes = await measure(
    BODIES.map((bodyBytes) => ({
      records: Math.min(1000, Math.floor(EVENT_BYTES / (REST_BYTES + bodyBytes))),
      bodyBytes,
    })),
  );
  return { byRecords, byBytes };
}
