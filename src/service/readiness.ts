import type { ConsumerStatus } from '../consumer/status.ts';
import { StoreError } from '../record/errors.ts';
import type { Circuit } from '../timing/circuit-breaker.ts';
import { DeadlineError } from '../timing/deadline.ts';
import type { Page } from './http.ts';

/** What a record needs on its way from Kafka to PostgreSQL. */
export interface ReadinessParts {
  /** Whether this process is a member of its group, and why records do not come all the same. */
  readonly kafka: () => Pick<ConsumerStatus, 'joined' | 'trouble'>;
  readonly circuit: () => Circuit;
  /** Asks PostgreSQL for a sign of life within so many milliseconds. */
  readonly ping: (ms: number) => Promise<void>;
}

/** Short of the time for which a probe should wait. */
const PING_TIMEOUT_MS = 2000;
/** Whoever asks more often gets the last answer, so that no prober can busy the database. */
const CACHE_MS = 1000;

/**
 * Answers whether records can flow now: 200 when they can, else 503, with the state of each of them.
 */
export function createReadiness({ kafka, circuit, ping }: ReadinessParts): () => Promise<Page> {
  let asked: Promise<string> | undefined;

  function askPostgres(): Promise<string> {
    asked ??= ping(PING_TIMEOUT_MS)
      .then(() => ANSWERS, reasonOf)
      .finally(() => {
        setTimeout(() => {
          asked = undefined;
        }, CACHE_MS).unref();
      });
    return asked;
  }

  return async () => {
    const postgresql = await askPostgres();
    const group = groupOf(kafka());
    const circuitBreaker = circuit();
    const ready = group === JOINED && postgresql === ANSWERS && circuitBreaker === 'closed';
    return {
      status: ready ? 200 : 503,
      type: 'application/json',
      body: `${JSON.stringify({ ready, kafka: group, postgresql, circuitBreaker })}\n`,
    };
  };
}

const ANSWERS = 'answers';
const JOINED = 'joined';

function groupOf({ joined, trouble }: Pick<ConsumerStatus, 'joined' | 'trouble'>): string {
  const group = joined ? JOINED : 'not joined';
  return trouble === null ? group : `${group} (${trouble})`;
}

function reasonOf(error: unknown): string {
  if (error instanceof DeadlineError) return `silent for ${PING_TIMEOUT_MS} ms`;
  const code = error instanceof StoreError ? error.code : null;
  return `not available${code ? ` (${code})` : ''}`;
}
