import type { Flushed } from '../postgres/write/flush.ts';
import type { Fates } from '../record/fates.ts';
import type { SinkRecord } from '../record/record.ts';
import type { Circuit } from '../timing/circuit-breaker.ts';

/** What became of one batch. */
export interface BatchReport {
  readonly received: number;
  readonly fates: Fates;
  /** What PostgreSQL did. */
  readonly flushed: Flushed;
}

/** Observes the sink and the consumer that feeds it. */
export interface Observer {
  /** A batch has its fates; called before they are returned. */
  onBatch?(report: BatchReport): void;
  /** Something is tried again in place. */
  onRetry?(): void;
  /**
   * The circuit breaker in front of PostgreSQL has changed its state; it begins closed.
   *
   * @param cause the failure that opened it last; holds no data
   */
  onCircuit?(circuit: Circuit, cause: string): void;
  /**
   * The consumer's batch has its fates.
   *
   * @param batch its records
   * @param seconds from its hand-over to its fates
   */
  onFlush?(batch: readonly SinkRecord[], seconds: number): void;
  /** A turn of the event loop in which records came in or were handed over has ended after so many milliseconds. */
  onTurn?(ms: number): void;
}

/** One observer that passes everything on to several. */
export function observers(...all: readonly Observer[]): Required<Observer> {
  return {
    onBatch(report) {
      for (const one of all) one.onBatch?.(report);
    },
    onRetry() {
      for (const one of all) one.onRetry?.();
    },
    onCircuit(circuit, cause) {
      for (const one of all) one.onCircuit?.(circuit, cause);
    },
    onFlush(batch, seconds) {
      for (const one of all) one.onFlush?.(batch, seconds);
    },
    onTurn(ms) {
      for (const one of all) one.onTurn?.(ms);
    },
  };
}
