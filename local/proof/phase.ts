import type { Display } from '../../src/cli/display.ts';
import type { Flow } from './flow.ts';
import type { Look } from './look.ts';
import type { SinkProcess } from './sink-command.ts';

/** What a phase works with. */
export interface Phase {
  readonly sink: SinkProcess;
  readonly flow: Flow;
  /** What the sink said when the phase before it was over. */
  readonly before: Look;
  /** Topics of the run. */
  readonly topics: number;
  /** Fewer records than these wait for more, up to FLUSH_INTERVAL_MS. */
  readonly batchSize: number;
  readonly display: Display;
  readonly signal: AbortSignal;
}

/** Records a second of a steady flow. */
export const RATE = 2000;

/** The samples of each topic whose records make a flow of so many seconds. */
export function samplesOf(seconds: number, topics: number): number {
  return Math.ceil((RATE * seconds) / topics);
}

/** Seconds in words. */
export function inSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

/** The same in milliseconds. */
export function inMs(seconds: number): string {
  return Number.isNaN(seconds) ? '–' : `${Math.round(seconds * 1000)} ms`;
}
