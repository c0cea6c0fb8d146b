import type { SendDeadLetters } from '../dead-letter/queue.ts';
import type { CompiledSinks } from '../definition/sinks.ts';
import type { Store } from '../postgres/store.ts';
import type { Fates } from '../record/fates.ts';
import type { IncomingRecord, SinkRecord } from '../record/record.ts';
import type { TombstonePolicy } from '../settings/sink.ts';
import type { Deadline } from '../timing/deadline.ts';
import { decodeInSlices, decodeStates } from './decode.ts';
import { holdTogether, sendEach } from './dispatch.ts';
import type { BatchReport } from './observer.ts';

/** Records that share one deadline. */
export interface Batch {
  /** Taken one by one while rows are on their way already. */
  readonly records: Iterable<IncomingRecord>;
  readonly size: number;
  /** Others that have failed and will come again: in a table of states, no record gets past one of its key. Default: none. */
  readonly waiting?: readonly SinkRecord[];
  /** The cluster's ARN, or its bootstrap servers, for the dead letters. */
  readonly source: string | null;
}

/** Takes records and returns what became of each, before the deadline. It throws for a mistake in the code only. */
export type Sink = (batch: Batch, deadline: Deadline) => Promise<Fates>;

export interface SinkOptions {
  readonly tombstonePolicy: TombstonePolicy;
  /** Whether one failure has the whole batch delivered again, so that dead letters must wait for the rest. */
  readonly allOrNothing: boolean;
}

export interface SinkParts {
  readonly sinkOf: CompiledSinks['sinkOf'];
  readonly begin: Store['begin'];
  readonly sendDeadLetters: SendDeadLetters;
  /** Does a step of the job, and times it. */
  readonly trace: Trace;
  readonly onBatch: (report: BatchReport) => void;
}

export type Trace = <T>(step: string, work: () => Promise<T>) => Promise<T>;

/**
 * The job itself: decode, store, dead-letter. PostgreSQL stores the first records while the next are decoded; the step
 * `store` is what is left of that then.
 */
export function createSink(
  { tombstonePolicy, allOrNothing }: SinkOptions,
  { sinkOf, begin, sendDeadLetters, trace, onBatch }: SinkParts,
): Sink {
  const createDispatch = allOrNothing ? holdTogether : sendEach;
  return async ({ records, size, waiting = [], source }, deadline) => {
    const dispatch = createDispatch((rejected) =>
      trace('dead-letter', () => sendDeadLetters(rejected, source, deadline)),
    );
    const flush = begin(size, deadline, dispatch.onRejected);
    flush.wait(decodeStates(waiting, sinkOf));
    const decoded = await trace('decode', () =>
      decodeInSlices(records, sinkOf, tombstonePolicy, flush.add),
    ).catch(async (error) => {
      // Only a mistake in the code comes here; a COPY must not be left to wait for rows.
      await flush.end();
      throw error;
    });
    const { flushed, sent } = await dispatch.finish(decoded, trace('store', flush.end));
    const fates: Fates = {
      stored: flushed.stored,
      passedOver: [...decoded.passedOver, ...flushed.conflicts],
      deadLettered: sent.flatMap(({ deadLettered }) => deadLettered),
      failed: [...decoded.failed, ...flushed.failed, ...sent.flatMap(({ failed }) => failed)],
    };
    onBatch({ received: size, fates, flushed });
    return fates;
  };
}
