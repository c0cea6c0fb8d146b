import { setTimeout as sleep } from 'node:timers/promises';
import type { Coordinates } from '../../../local/reconcile.ts';
import type { KafkaEvent, LambdaHandler } from '../../../src/lambda/event.ts';
import { coordinates } from '../../../src/record/coordinates.ts';
import { until } from '../../support/until.ts';
import type { Sample } from './records.ts';

/**
 * How the source reads a partial response: it delivers just the named records again, as the developer guide says, or,
 * should it be read otherwise, every record of a partition from the lowest named offset on.
 */
type Reading = 'named' | 'from-lowest';

export interface MappingOptions {
  /** Time of an invocation in milliseconds. */
  readonly timeoutMs: number;
  /** Time until a redelivery in milliseconds. */
  readonly pauseMs: number;
  /** Time between two batches in milliseconds: how fast records flow. */
  readonly paceMs: number;
  readonly reading: Reading;
  /** Whether the response is read at all; where it is not, a normal return acknowledges the whole batch. */
  readonly partialResponses: boolean;
}

/** Something that happens to the records of an invocation before the handler gets them. */
export type Interference = (batch: readonly Sample[]) => Promise<void>;

/** What one invocation acknowledged, by its answer. */
export interface Answer {
  readonly at: number;
  readonly rows: number;
  readonly deadLetters: number;
}

/**
 * Emulates Lambda's Kafka event source mapping: delivers batches in order, obeys the answers, and repeats a batch until
 * all of it is acknowledged.
 */
export function createMapping(
  environments: readonly LambdaHandler[],
  total: number,
  { timeoutMs, pauseMs, paceMs, reading, partialResponses }: MappingOptions,
) {
  const answers: Answer[] = [];
  const begun: number[] = [];
  let acknowledged = 0;
  let failedInvocations = 0;
  let strayIdentifiers = 0;
  let lateAnswers = 0;
  let interfere: Interference | null = null;

  /** Invokes once and returns what is to be delivered again. */
  async function invoke(handler: LambdaHandler, batch: readonly Sample[]) {
    await interfere?.(batch);
    const start = performance.now();
    begun.push(start);
    const left = await handler(toEvent(batch), {
      getRemainingTimeInMillis: () => Math.max(0, timeoutMs - (performance.now() - start)),
    }).then(
      (response) => (partialResponses ? obey(batch, response?.batchItemFailures ?? []) : []),
      () => batch, // a throw: the whole batch
    );
    const at = performance.now();
    if (at - start > timeoutMs) lateAnswers += 1;
    if (left.length > 0) failedInvocations += 1;
    const again = new Set(left);
    const done = batch.filter((sample) => !again.has(sample));
    const deadLetters = done.filter(({ rejected }) => rejected).length;
    answers.push({ at, rows: done.length - deadLetters, deadLetters });
    acknowledged += done.length;
    return left;
  }

  function obey(
    batch: readonly Sample[],
    failures: Awaited<ReturnType<LambdaHandler>>['batchItemFailures'],
  ): readonly Sample[] {
    const known = new Set(batch.map(coordinates));
    const named = new Set<string>();
    const lowest = new Map<string, number>();
    for (const { itemIdentifier } of failures) {
      const { partition, offset } = itemIdentifier;
      named.add(`${partition}@${offset}`);
      lowest.set(partition, Math.min(offset, lowest.get(partition) ?? offset));
    }
    const stray = named.difference(known).size;
    strayIdentifiers += stray;
    if (stray > 0) return batch;
    return batch.filter((sample) =>
      reading === 'named'
        ? named.has(coordinates(sample))
        : sample.offset >= (lowest.get(partitionKey(sample)) ?? Number.POSITIVE_INFINITY),
    );
  }

  return {
    /**
     * Delivers batches until all are acknowledged. Each environment handles one batch at a time, as in Lambda.
     *
     * @throws when that takes longer than the signal allows
     */
    async run(batches: readonly (readonly Sample[])[], signal: AbortSignal): Promise<void> {
      const queue = [...batches];
      const work = async (handler: LambdaHandler) => {
        for (let batch = queue.shift(); batch; batch = queue.shift()) {
          let left: readonly Sample[] = batch;
          for (;;) {
            signal.throwIfAborted();
            left = await invoke(handler, left);
            if (left.length === 0) break;
            await sleep(pauseMs);
          }
          if (paceMs > 0) await sleep(paceMs);
        }
      };
      await Promise.all(environments.map(work));
    },
    /** Sets what is awaited before each invocation. */
    interfere(interference: Interference | null) {
      interfere = interference;
    },
    /** Waits until this share of all records is acknowledged. */
    untilAcknowledged: (share: number) =>
      until(() => acknowledged >= share * total, 'records to be acknowledged'),
    /** Waits until another invocation has begun. */
    async untilInvoked() {
      const before = begun.length;
      await until(() => begun.length > before, 'an invocation');
    },
    /** Waits until another invocation was answered, and returns what it acknowledged. */
    async untilAnswered(): Promise<Answer | undefined> {
      const before = answers.length;
      await until(() => answers.length > before, 'an answer');
      return answers[before];
    },
    /** Milliseconds from a moment to the answer that first acknowledged one of a kind; null where there is none. */
    recoveryMs(from: number, kind: 'rows' | 'deadLetters'): number | null {
      const first = answers.find((answer) => answer.at >= from && answer[kind] > 0);
      return first ? Math.round(first.at - from) : null;
    },
    get figures() {
      const invocations = begun.length;
      return { invocations, failedInvocations, acknowledged, strayIdentifiers, lateAnswers };
    },
  };
}

export type Mapping = ReturnType<typeof createMapping>;

function toEvent(batch: readonly Sample[]): KafkaEvent {
  const records = batch.map(({ record }) => record);
  return {
    eventSource: 'SelfManagedKafka',
    bootstrapServers: 'kafka-1.example:9092',
    records: Object.groupBy(records, partitionKey) as KafkaEvent['records'],
  };
}

function partitionKey({ topic, partition }: Coordinates): string {
  return `${topic}-${partition}`;
}
