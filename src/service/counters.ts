import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { countStale, keyConflicts, REJECTION_REASONS } from '../record/fates.ts';
import type { Observer } from '../sink/observer.ts';
import type { Circuit } from '../timing/circuit-breaker.ts';
import { createAges } from './ages.ts';

const FATES = [
  'stored',
  'duplicate',
  'kept_out',
  'passed_over',
  'stale',
  'dead_lettered',
  'failed',
] as const;
const CIRCUITS = ['closed', 'half-open', 'open'] as const satisfies readonly Circuit[];

/**
 * What is counted as it happens. No label holds data: the values of each are known beforehand, and begin with 0, so that
 * the first increase of each is seen as one.
 */
export function createCounters(registry: Registry): Required<Observer> {
  const registers = [registry];
  const records = new Counter({
    name: 'kafka_pg_sink_records_total',
    help: 'Records by fate: inserted, already there, kept out by a trigger, passed over by a rule, older than the row of its key, dead-lettered, or failed and delivered again.',
    labelNames: ['fate'],
    registers,
  });
  for (const fate of FATES) records.inc({ fate }, 0);
  const deadLetters = new Counter({
    name: 'kafka_pg_sink_dead_letters_total',
    help: 'Dead letters that SQS accepted, by reason.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of REJECTION_REASONS) deadLetters.inc({ reason }, 0);
  const conflicts = new Counter({
    name: 'kafka_pg_sink_key_conflicts_total',
    help: 'Records whose key another record has in the table, passed over or dead-lettered.',
    registers,
  });
  const retries = new Counter({
    name: 'kafka_pg_sink_retries_total',
    help: 'Statements and dead letters tried again in place.',
    registers,
  });
  const breaker = new Gauge({
    name: 'kafka_pg_sink_circuit_breaker',
    help: 'State of the circuit breaker in front of PostgreSQL: 1 for the one that it is in.',
    labelNames: ['state'],
    registers,
  });
  const showCircuit = (circuit: Circuit) => {
    for (const state of CIRCUITS) breaker.set({ state }, Number(state === circuit));
  };
  showCircuit('closed');
  const sizes = new Histogram({
    name: 'kafka_pg_sink_batch_records',
    help: 'Records of a batch.',
    buckets: [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000],
    registers,
  });
  const flushes = new Histogram({
    name: 'kafka_pg_sink_flush_seconds',
    help: 'Time from the hand-over of a batch until its fates are known.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const consumption = createAges(
    registry,
    'kafka_pg_sink_consumption_seconds',
    'Time from the timestamp of a record to its hand-over with a batch.',
  );
  const latency = createAges(
    registry,
    'kafka_pg_sink_latency_seconds',
    'Time from the timestamp of a record until its fate is known.',
  );
  const turns = new Histogram({
    name: 'kafka_pg_sink_loop_turn_seconds',
    help: 'Turns of the event loop in which records came in or were handed over; nothing else runs meanwhile.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    registers,
  });

  return {
    onBatch({ flushed, fates }) {
      records.inc({ fate: 'stored' }, flushed.inserted);
      records.inc({ fate: 'duplicate' }, fates.stored.length - flushed.inserted - flushed.keptOut);
      records.inc({ fate: 'kept_out' }, flushed.keptOut);
      const stale = countStale(fates);
      records.inc({ fate: 'stale' }, stale);
      records.inc({ fate: 'passed_over' }, fates.passedOver.length - stale);
      records.inc({ fate: 'dead_lettered' }, fates.deadLettered.length);
      records.inc({ fate: 'failed' }, fates.failed.length);
      for (const { reason } of fates.deadLettered) deadLetters.inc({ reason });
      conflicts.inc(keyConflicts(fates).length);
    },
    onRetry: () => retries.inc(),
    onCircuit: showCircuit,
    onFlush(batch, seconds) {
      const now = Date.now();
      sizes.observe(batch.length);
      flushes.observe(seconds);
      consumption(batch, now - seconds * 1000);
      latency(batch, now);
    },
    onTurn: (ms) => turns.observe(ms / 1000),
  };
}
