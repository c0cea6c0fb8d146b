import type { Config } from '../config.ts';
import type { SendDeadLetters } from '../dead-letter/queue.ts';
import { DeadLetterError } from '../errors.ts';
import type { Fates, Unfit } from '../fate.ts';
import { answer } from '../kafka/answer.ts';
import type { BatchResponse } from '../kafka/event.ts';
import { type Delivery, readEvent, sourceOf } from '../kafka/read-event.ts';
import { type Insert, type Stored, store } from '../postgres/store.ts';
import type { Deadline } from './deadline.ts';
import { type Decoded, decode } from './decode.ts';

export interface SinkParts {
  readonly insert: Insert;
  readonly sendDeadLetters: SendDeadLetters;
  /** Is told what became of each batch, before it is answered. */
  readonly observe: (batch: Outcome) => void;
}

/** What became of one batch. */
export interface Outcome {
  readonly deliveries: readonly Delivery[];
  readonly decoded: Decoded;
  readonly stored: Stored;
  readonly fates: Fates;
  /** Time that the store took, in milliseconds. */
  readonly flushMs: number;
}

export type Sink = (event: unknown, deadline: Deadline) => Promise<BatchResponse>;

/**
 * The job itself: decode, store, dead-letter, answer.
 *
 * @throws {InvalidEventError} for what is not an event of a Kafka event source mapping
 * @throws {BatchFailedError} where the whole batch must be delivered again
 */
export function createSink(
  config: Pick<Config, 'partialBatchResponse' | 'tombstonePolicy'>,
  { insert, sendDeadLetters, observe }: SinkParts,
): Sink {
  return async (event, deadline) => {
    const deliveries = readEvent(event);
    const decoded = decode(deliveries, config.tombstonePolicy);
    const start = performance.now();
    const stored = await store(decoded.fit, insert, deadline);
    const flushMs = performance.now() - start;
    const unfit = [...decoded.unfit, ...stored.refused];
    // Where the whole batch will be delivered again, its letters would be sent again with it.
    const sent =
      config.partialBatchResponse || stored.failed.length === 0
        ? await sendDeadLetters(unfit, sourceOf(event), deadline)
        : { deadLettered: [], failed: unfit.map(holdBack) };
    const fates = {
      stored: stored.stored,
      deadLettered: sent.deadLettered,
      failed: [...stored.failed, ...sent.failed],
    };
    observe({ deliveries, decoded, stored, fates, flushMs });
    return answer(fates, config.partialBatchResponse);
  };
}

function holdBack({ delivery }: Unfit) {
  const cause = new DeadLetterError('Dead letters wait until the rest of their batch is stored.');
  return { delivery, cause };
}
