import { setTimeout as sleep } from 'node:timers/promises';
import { findErrorBy, UserError } from '@platformatic/kafka';
import { PartitionMap, type TopicPartition } from '../record/partition.ts';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { doubling } from '../timing/retry.ts';
import { within } from '../timing/within.ts';
import { ANSWER_MS } from './connection.ts';
import { KafkaError } from './errors.ts';
import { explain } from './explain.ts';
import type { Bounds, FetchClient, Fetched } from './fetch-client.ts';
import { preflight } from './preflight.ts';

export interface Place extends TopicPartition {
  readonly offset: bigint;
  /** The last offset of interest; it limits what a fetch brings. */
  readonly last: bigint;
  /** Whether to wait for records that are not at hand. */
  readonly patient: boolean;
}

/** What is at an offset. */
export type Found =
  /** Batches that hold the offset, or the next ones after it. */
  | { readonly kind: 'batches'; readonly fetched: Fetched }
  /** Nothing came. */
  | { readonly kind: 'nothing'; readonly bounds: Bounds }
  | { readonly kind: 'no-such-topic' }
  | { readonly kind: 'no-such-partition' };

const MAX_BYTES = 1024 * 1024;
/** Of a record. A fetch for a few offsets asks for as many times this. */
const RECORD_BYTES = 4096;
/** Records at hand come at once. Those in tiered storage may need this. */
const PATIENCE_MS = 500;
const RETRIES = 4;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 4000;

/** Makes single fetches for a reader of ranges: one after the other, after a preflight, and again when they fail. */
export function createRangeFetch(connection: KafkaConnectionSettings, client: FetchClient) {
  const known = new Map<string, Promise<boolean>>();
  let turn: Promise<unknown> = Promise.resolve();

  /** The preflight reports a wrong connection at once, and more clearly than a failed request. */
  function exists(topic: string): Promise<boolean> {
    const asked =
      known.get(topic) ??
      preflight({ connection, topics: [topic] }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof KafkaError && error.fault === 'topic') return false;
          known.delete(topic);
          throw error;
        },
      );
    known.set(topic, asked);
    return asked;
  }

  /** Several ranges take turns, because a broker takes one fetch of a client at a time. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  }

  async function fetchOnce(place: Place, isRetry: boolean): Promise<Found> {
    const { offset, last, patient } = place;
    const leaders = await within(ANSWER_MS, () => client.leaders([place], isRetry));
    const leader = leaders.get(place);
    if (leader === undefined) return { kind: 'no-such-partition' };
    const limits = {
      maxBytes: Math.min(MAX_BYTES, Number(last - offset + 1n) * RECORD_BYTES),
      maxWaitMs: patient ? PATIENCE_MS : 0,
    };
    const answer = await within(ANSWER_MS, () =>
      client.fetch(leader, new PartitionMap([[place, offset]]), limits),
    );
    const [fetched] = answer === 'out-of-range' ? [] : answer;
    if (fetched && fetched.next > offset) return { kind: 'batches', fetched };
    const bounds = await within(ANSWER_MS, () => client.bounds([place]));
    return { kind: 'nothing', bounds: bounds.get(place) ?? { start: 0n, end: 0n } };
  }

  /**
   * Looks what is at an offset.
   *
   * @throws {KafkaError} that says why Kafka cannot be read, after some retries when those can help
   * @throws the reason of the signal
   */
  return async (place: Place, signal?: AbortSignal): Promise<Found> => {
    const { topic } = place;
    if (!(await exists(topic))) return { kind: 'no-such-topic' };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await inTurn(() => fetchOnce(place, attempt > 1));
      } catch (error) {
        // After a preflight, the client can blame its user for nothing else.
        if (error instanceof UserError) return { kind: 'no-such-topic' };
        if (findErrorBy(error as Error, 'canRetry', false) || attempt > RETRIES)
          throw explain(error, { connection, topics: [topic] });
        const delay = doubling(FIRST_DELAY_MS, MAX_DELAY_MS, attempt);
        await sleep(delay, undefined, { ...(signal && { signal }) });
      }
    }
  };
}
