import { setTimeout as sleep } from 'node:timers/promises';
import {
  Consumer,
  type fetchV17,
  findErrorBy,
  ListOffsetTimestamps,
  type RecordsBatch,
  UserError,
} from '@platformatic/kafka';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { doubling } from '../timing/retry.ts';
import { answered } from './answered.ts';
import { connectionOptions } from './connection.ts';
import { codeOf, explainFailure } from './failure.ts';
import { KafkaError } from './kafka-error.ts';
import { preflight } from './preflight.ts';

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** The last offset of interest, so that no more is fetched than is worth it. */
  readonly last: bigint;
  /** Whether to wait for what does not come at once. */
  readonly patient: boolean;
}

/** Batches that hold at least one offset from the one that was asked for on. */
export interface Batches {
  readonly kind: 'batches';
  readonly batches: readonly RecordsBatch[];
  /** Those that reach into the batches. */
  readonly aborted: readonly fetchV17.FetchResponsePartitionAbortedTransaction[];
  /** The offset behind the last batch. */
  readonly next: bigint;
}

export type Found =
  | Batches
  /** Nothing came, and the log is there from `start` to before `end`. */
  | { readonly kind: 'nothing'; readonly start: bigint; readonly end: bigint }
  | { readonly kind: 'no-such-topic' }
  | { readonly kind: 'no-such-partition' };

const FETCH_MAX_BYTES = 1024 * 1024;
/** Of a record; where only some are of interest no more is fetched for each. A batch comes whole, however large it is. */
const RECORD_BYTES = 4096;
/** What is at hand comes at once; what has to be fetched from tiered storage may need this. */
const PATIENCE_MS = 500;
const RETRIES = 4;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 4000;

/** Reads batches of records from partitions, by offset, outside any consumer group. */
export function createLogReader(connection: KafkaConnectionSettings) {
  const client = new Consumer<Buffer, Buffer, Buffer, Buffer>({
    ...connectionOptions(connection),
    clientId: 'kafka-pg-sink',
    // The client wants a name; it is never joined.
    groupId: 'kafka-pg-sink-letters',
    // Where a leader has moved, the client would repeat its question to the old one.
    retries: 0,
    maxBytes: FETCH_MAX_BYTES,
  });
  const known = new Map<string, Promise<boolean>>();
  let turn: Promise<unknown> = Promise.resolve();

  /** What is wrong with the connection is told at once, and better than by a request that fails. */
  function exists(topic: string): Promise<boolean> {
    const asked =
      known.get(topic) ??
      preflight({ connection, topic }).then(
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

  /** One after the other: a broker keeps one state of what a client fetches. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  }

  async function fetchOnce(
    { topic, partition, offset, last, patient }: Place,
    again: boolean,
  ): Promise<Found> {
    const { topics } = await answered(client.metadata({ topics: [topic], forceUpdate: again }));
    const { id: topicId, partitions } = topics.get(topic) ?? { id: '', partitions: [] };
    const leader = partitions[partition]?.leader;
    if (leader === undefined) return { kind: 'no-such-partition' };
    client.topics.track(topic);
    try {
      const bytes = Math.min(FETCH_MAX_BYTES, Number(last - offset + 1n) * RECORD_BYTES);
      const wanted = {
        ...{ partition, fetchOffset: offset, partitionMaxBytes: bytes },
        ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
      };
      const { responses, throttleTimeMs } = await answered(
        client.fetch({
          node: leader,
          topics: [{ topicId, partitions: [wanted] }],
          maxWaitTime: patient ? PATIENCE_MS : 0,
        }),
      );
      const answer = responses
        .find((one) => one.topicId === topicId)
        ?.partitions.find((one) => one.partitionIndex === partition);
      const found = toBatches(answer, offset);
      if (found) return found;
      // A broker that throttles answers without records.
      if (throttleTimeMs > 0) await sleep(throttleTimeMs);
    } catch (error) {
      if (!codeOf(error, ['OFFSET_OUT_OF_RANGE'])) throw error;
    } finally {
      client.topics.untrack(topic);
    }
    const ask = async (timestamp: bigint) => {
      const options = { topics: [topic], partitions: { [topic]: [partition] }, timestamp };
      return (await answered(client.listOffsets(options))).get(topic)?.[partition] ?? 0n;
    };
    return {
      kind: 'nothing',
      start: await ask(ListOffsetTimestamps.EARLIEST),
      end: await ask(ListOffsetTimestamps.LATEST),
    };
  }

  return {
    /**
     * Reads from one offset on.
     *
     * @throws {KafkaError}
     * @throws the reason of the signal
     */
    async read(place: Place, signal?: AbortSignal): Promise<Found> {
      const { topic } = place;
      if (!(await exists(topic))) return { kind: 'no-such-topic' };
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await inTurn(() => fetchOnce(place, attempt > 1));
        } catch (error) {
          // The one mistake of its user that the client can still see.
          if (error instanceof UserError) return { kind: 'no-such-topic' };
          if (findErrorBy(error as Error, 'canRetry', false) || attempt > RETRIES)
            throw explainFailure(error, { connection, topic });
          await sleep(doubling(FIRST_DELAY_MS, MAX_DELAY_MS, attempt), undefined, {
            ...(signal && { signal }),
          });
        }
      }
    },
    close: (): Promise<void> => client.close(true),
  };
}

function toBatches(
  answer: fetchV17.FetchResponsePartition | undefined,
  offset: bigint,
): Batches | null {
  const batches = (answer?.records ?? []).filter(({ firstOffset, lastOffsetDelta }) => {
    return firstOffset + BigInt(lastOffsetDelta) >= offset;
  });
  const last = batches.at(-1);
  if (!last) return null;
  const next = last.firstOffset + BigInt(last.lastOffsetDelta) + 1n;
  return { kind: 'batches', batches, aborted: answer?.abortedTransactions ?? [], next };
}
