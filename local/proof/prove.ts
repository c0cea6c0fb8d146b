import type { Display } from '../../src/cli/display.ts';
import { report } from '../report.ts';
import type { Stack } from '../stack.ts';
import { drainBacklog } from './backlog.ts';
import { watchCpu } from './cpu.ts';
import { createFlow } from './flow.ts';
import { follow } from './follow.ts';
import { type Look, lookAt } from './look.ts';
import { inMs, inSeconds, type Phase } from './phase.ts';
import { measureRecovery, type Recovery } from './recovery.ts';
import type { SinkProcess } from './sink-command.ts';
import { measureSteady, type Steady } from './steady.ts';
import { compare, conclude, machineLine, targetTable } from './targets.ts';

/** How a run ended. */
export interface Proof {
  /** Still running. */
  readonly sink: SinkProcess;
  /** The exit code that the run must have. */
  readonly code: 0 | 1 | 3;
}

/**
 * Takes samples through the sink as it ships, phase by phase, and compares what the sink itself says with the targets; then
 * matches every record with where it ended.
 *
 * @param start starts the sink
 * @param options.quick leaves out all phases but the first
 */
export async function prove(
  stack: Stack,
  start: () => Promise<SinkProcess>,
  options: { readonly records: number; readonly quick: boolean },
  display: Display,
  signal: AbortSignal,
): Promise<Proof> {
  const { postgres } = stack;
  const { batchSize, flushIntervalMs } = stack.consumer;
  const flow = createFlow(stack, signal);
  const endWatch = watchCpu();
  const { names } = stack.topics;
  const filling = { flow, samples: options.records, topics: names, display };
  const backlog = await drainBacklog(filling, batchSize, start, signal);
  const { sink } = backlog;
  const phase = {
    ...{ sink, flow, batchSize, display, signal },
    ...{ topics: names.length, before: backlog.last },
  };
  let steady: Steady | null = null;
  let recovery: Recovery | null = null;
  if (!options.quick) {
    steady = await measureSteady(phase);
    if (postgres === null)
      display.say('(c) outage: left out, as PostgreSQL is the server of DATABASE_URL');
    else recovery = await measureRecovery({ ...phase, before: steady.last }, postgres);
  }
  const use = endWatch();
  const before = recovery?.last ?? steady?.last ?? backlog.last;
  await untilAcknowledged(phase, before, flushIntervalMs);
  const complete = await report(stack, flow.samples, display, [
    ...(steady ? [['latency P95, timestamp to fate', inMs(steady.latencyP95)] as const] : []),
    ...(recovery ? [['first row after the outage', inSeconds(recovery.storedAfter)] as const] : []),
  ]);
  const targets = compare({
    ...backlog,
    consumptionP95: steady?.consumptionP95 ?? null,
    memoryMb: sink.peakMemory(),
    recovery: recovery?.recoveredAfter ?? null,
  });
  const { line, code } = conclude(targets, use);
  display.say(`\n${targetTable(targets)}\n\n${machineLine(use)}\n${line}`);
  return { sink, code: complete ? code : 1 };
}

/** Waits for what is less than a batch, which is flushed when it has waited for long enough. */
async function untilAcknowledged(
  { sink, flow, display, signal }: Phase,
  from: Look,
  flushIntervalMs: number,
): Promise<void> {
  const total = flow.records - from.acknowledged;
  if (total <= 0) return;
  await follow(
    {
      ...{ title: 'less than a batch', from, total, flushIntervalMs, display, signal },
      ...{ look: () => lookAt(sink), lastLines: sink.lastLines },
    },
    ({ acknowledged }) => acknowledged >= flow.records,
  );
}
