import type { LocalPostgres } from '../postgres.ts';
import { follow } from './follow.ts';
import { type Look, lookAt, readinessOf } from './look.ts';
import { type Phase, RATE, samplesOf } from './phase.ts';

const SECONDS = 12;
/** Milliseconds of the flow before PostgreSQL is killed, and for which it is away. */
const BEFORE_MS = 1000;
const AWAY_MS = 2000;

/** What the third phase showed, in seconds from the moment that PostgreSQL accepts connections again. */
export interface Recovery {
  readonly last: Look;
  /** Until the first record is stored again. */
  readonly storedAfter: number;
  /** Until all that was produced by that moment has its fate. */
  readonly recoveredAfter: number;
}

/** Phase (c): kills PostgreSQL while records flow, and starts it again. */
export async function measureRecovery(phase: Phase, postgres: LocalPostgres): Promise<Recovery> {
  const { sink, flow, before, topics, batchSize, display, signal } = phase;
  const due = flow.records;
  const produced = flow.produce(samplesOf(SECONDS, topics), RATE);
  const followed = {
    ...{ title: '(c) outage', from: before, display, signal },
    total: due + produced.records - before.acknowledged,
    lastLines: sink.lastLines,
    detail: () => readinessOf(sink),
    async look() {
      const there = due + produced.acknowledged;
      const look = await lookAt(sink);
      // Records that were rejected meanwhile do not count: they are behind others that wait.
      return { ...look, inOrder: there - look.lag };
    },
  };
  const begin = performance.now();
  await follow(followed, ({ askedAt }) => askedAt > begin + BEFORE_MS, [produced.done]);

  display.say('(c) outage: PostgreSQL is killed');
  postgres.kill('SIGKILL');
  const killed = performance.now();
  const away = await follow(followed, ({ askedAt }) => askedAt > killed + AWAY_MS, [produced.done]);

  let back = Number.POSITIVE_INFINITY;
  let waiting = Number.POSITIVE_INFINITY;
  const restarting = postgres.restart().then(() => {
    back = performance.now();
    display.say('(c) outage: PostgreSQL accepts connections again');
    waiting = due + produced.acknowledged;
  });
  let storedAt = Number.POSITIVE_INFINITY;
  const recovered = await follow(
    followed,
    ({ stored, inOrder, answeredAt }) => {
      if (stored > away.stored) storedAt = Math.min(storedAt, answeredAt);
      return inOrder >= waiting;
    },
    [produced.done, restarting],
  );
  const last = await follow(
    followed,
    ({ acknowledged }) => acknowledged > due + produced.records - batchSize,
    [produced.done],
  );
  await produced.done;
  return {
    last,
    // The sink may be sooner than who asks whether PostgreSQL is there.
    storedAfter: Math.max(0, storedAt - back) / 1000,
    recoveredAfter: (recovered.answeredAt - back) / 1000,
  };
}
