import type { SendDeadLetters, Sent } from '../dead-letter/queue.ts';
import type { BatchResponse } from '../lambda/event.ts';
import { type Delivery, readEvent, sourceOf } from '../lambda/read-event.ts';
import { answer } from '../lambda/response.ts';
import type { Storage } from '../postgres/store.ts';
import type { StoredBatch } from '../postgres/write/flush.ts';
import { DeadLetterError } from '../record/errors.ts';
import type { Fates, Rejected } from '../record/fates.ts';
import type { LambdaSettings } from '../settings/lambda.ts';
import type { SinkSettings } from '../settings/sink.ts';
import type { Deadline } from '../timing/deadline.ts';
import { type Decoded, decodeInSlices } from './decode.ts';

export interface SinkParts {
  readonly begin: Storage['begin'];
  readonly sendDeadLetters: SendDeadLetters;
  /** Does a step of the job, and times it. */
  readonly trace: <T>(step: string, work: () => Promise<T>) => Promise<T>;
  /** Is told what became of each batch, before it is answered. */
  readonly observe: (batch: Outcome) => void;
}

/** What became of one batch. */
export interface Outcome {
  readonly deliveries: readonly Delivery[];
  readonly decoded: Decoded;
  readonly stored: StoredBatch;
  readonly fates: Fates;
}

export type Sink = (event: unknown, deadline: Deadline) => Promise<BatchResponse>;

/**
 * The job itself: decode, store, dead-letter, answer. PostgreSQL stores the first records while the next are decoded; the
 * step `store` is what is left of that then.
 *
 * @throws {InvalidEventError} for what is not an event of a Kafka event source mapping
 * @throws {BatchFailedError} where the whole batch must be delivered again
 */
export function createSink(
  config: Pick<LambdaSettings, 'partialBatchResponse' | 'failurePauseMs'> &
    Pick<SinkSettings, 'tombstonePolicy'>,
  { begin, sendDeadLetters, trace, observe }: SinkParts,
): Sink {
  const settle = config.partialBatchResponse ? settleEach : settleTogether;
  return async (event, deadline) => {
    const deliveries = readEvent(event);
    const flush = begin(deliveries.length, deadline);
    const decoded = await trace('decode', () =>
      decodeInSlices(deliveries, config.tombstonePolicy, flush.add),
    ).catch(async (error) => {
      // Only a mistake in the code comes here; a COPY must not be left to wait for rows.
      await flush.end();
      throw error;
    });
    const { stored, sent } = await settle(decoded.rejected, trace('store', flush.end), (rejected) =>
      trace('dead-letter', () => sendDeadLetters(rejected, sourceOf(event), deadline)),
    );
    const fates: Fates = {
      stored: stored.stored,
      deadLettered: sent.flatMap(({ deadLettered }) => deadLettered),
      failed: [...stored.failed, ...sent.flatMap(({ failed }) => failed)],
    };
    observe({ deliveries, decoded, stored, fates });
    if (fates.failed.length > 0) await pause(config.failurePauseMs, deadline);
    return answer(fates, config.partialBatchResponse);
  };
}

/**
 * Holds a bad answer back. A mapping gives a batch up after a number of deliveries, and while the circuit breaker is open
 * a delivery fails within milliseconds: without a pause, an outage of minutes would use up the 10,000 that are allowed.
 */
async function pause(ms: number, deadline: Deadline): Promise<void> {
  if (ms === 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  // It is cut short where the time runs out.
  await deadline.race(promise).catch(() => clearTimeout(timer));
}

interface Settled {
  readonly stored: StoredBatch;
  readonly sent: readonly Sent[];
}
type Settle = (
  rejected: readonly Rejected[],
  storing: Promise<StoredBatch>,
  send: (rejected: readonly Rejected[]) => Promise<Sent>,
) => Promise<Settled>;

/** Where failed records are named one by one, letters need not wait for PostgreSQL, which may be away. */
const settleEach: Settle = async (rejected, storing, send) => {
  const [stored, early] = await Promise.all([storing, send(rejected)]);
  return { stored, sent: [early, await send(stored.refused)] };
};

/** Where one failure returns the whole batch, letters wait: a redelivery would send them again (promise P6). */
const settleTogether: Settle = async (rejected, storing, send) => {
  const stored = await storing;
  const letters = [...rejected, ...stored.refused];
  return { stored, sent: [stored.failed.length === 0 ? await send(letters) : holdBack(letters)] };
};

function holdBack(letters: readonly Rejected[]): Sent {
  const cause = new DeadLetterError('Dead letters wait until the rest of their batch is stored.');
  return { deadLettered: [], failed: letters.map(({ delivery }) => ({ delivery, cause })) };
}
