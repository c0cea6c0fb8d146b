import type { Circuit } from '../postgres/connection/resilience.ts';
import type { Outcome } from './sink.ts';

/** Is told what the sink does, as it happens. */
export interface Watch {
  /** What became of a batch; called before it is answered. */
  onBatch(outcome: Outcome): void;
  /** Something is tried again in place. */
  onRetry(): void;
  /** The circuit breaker before PostgreSQL has changed its state; it begins closed. */
  onCircuit(circuit: Circuit): void;
}
