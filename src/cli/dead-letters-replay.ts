import { toJson } from '../dead-letter-tools/print/json.ts';
import { printChanges, printReplay } from '../dead-letter-tools/print/replay.ts';
import { formatCount } from '../dead-letter-tools/print/table.ts';
import { withQueue } from '../dead-letter-tools/queue/session.ts';
import { isNarrow } from '../dead-letter-tools/reading/selection.ts';
import { createLedger, type Ledger } from '../dead-letter-tools/replay/ledger.ts';
import {
  type Replayed,
  type ReplayOptions,
  runReplay,
} from '../dead-letter-tools/replay/open-replay.ts';
import type { RunCommand } from './command.ts';
import { confirm, requireConsent } from './confirm.ts';
import { HELP, type ReplayCommand, readReplay } from './dead-letters-replay-options.ts';
import { questionOf } from './dead-letters-replay-question.ts';
import { createDisplay, type Display } from './display.ts';
import { INTERRUPTED, interruption } from './interrupt.ts';
import { bar, withProgress } from './progress.ts';

/** `kafka-pg-sink dead-letters replay`: stores or publishes the records of dead letters. */
export const run: RunCommand = async (args) => {
  const command = await readReplay(args, process.env);
  if (command === null) {
    console.log(HELP);
    return 0;
  }
  const { dryRun } = command.options;
  if (!dryRun)
    requireConsent(
      command.yes,
      'dead-letters replay deletes dead letters when their records are safe',
    );
  const display = createDisplay(process.stderr);
  const ledger = createLedger(dryRun);
  let signal: AbortSignal | undefined;
  const start = performance.now();
  const replayed = await withQueue(
    command.queueUrl,
    command.leaseSeconds,
    async (session): Promise<Replayed | null> => {
      const counts = await session.queue.count();
      const total = expected(command.options, counts?.waiting ?? Number.POSITIVE_INFINITY);
      if (!dryRun && !command.yes && !(await confirm(questionOf(command, counts?.waiting ?? null))))
        return null;
      signal = interruption(display.say);
      const running = runReplay(
        session,
        command.destination,
        command.sinks,
        command.options,
        ledger,
        signal,
      );
      return withProgress(display, progressOf(ledger, total), () => running);
    },
  );
  if (replayed === null) {
    console.error('Nothing was done.');
    return 1;
  }
  const seconds = (performance.now() - start) / 1000;
  report(command, ledger, replayed, seconds, display);
  if (signal?.aborted) return INTERRUPTED;
  const { cause, undeleted, complete, notFound } = replayed;
  const isLeft = undeleted > 0 || !complete || notFound.length > 0 || !ledger.isDone;
  return cause || isLeft ? 1 : 0;
};

/** How many messages it will take, at most: nobody knows how many of those that wait are selected. */
function expected({ limit, selection }: ReplayOptions, waiting: number): number {
  return Math.min(limit, isNarrow(selection) ? Number.POSITIVE_INFINITY : waiting);
}

function progressOf(ledger: Ledger, total: number): () => string {
  let last = { at: performance.now(), size: 0 };
  return () => {
    const now = { at: performance.now(), size: ledger.size };
    const rate = ((now.size - last.size) / (now.at - last.at)) * 1000;
    last = now;
    const of = Number.isFinite(total) ? ` of about ${formatCount(total)}` : '';
    return `${bar(now.size, total)} ${formatCount(now.size)}${of} | ${formatCount(Math.round(rate))} records/s`;
  };
}

function report(
  { options: { dryRun }, json, leaseSeconds }: ReplayCommand,
  ledger: Ledger,
  { cause, undeleted, complete, inFlight, notFound }: Replayed,
  seconds: number,
  display: Display,
): void {
  if (json) {
    const each = dryRun ? { entries: ledger.entries } : {};
    const { repeats } = ledger;
    console.log(
      toJson({
        ...{ dryRun, groups: ledger.groups(), repeats, undeleted, complete, inFlight, notFound },
        ...{ stopped: cause?.message ?? null, seconds: Math.round(seconds * 10) / 10 },
        ...each,
      }),
    );
  } else {
    const changes = printChanges(ledger);
    if (changes !== '') console.log(`${changes}\n`);
    console.log(`${printReplay(ledger, dryRun)}\n\nTook ${seconds.toFixed(1)} s.`);
  }
  if (cause)
    display.say(
      `Stopped: ${cause.message} The messages that are left are in the queue: fix this, and run it again.`,
    );
  if (notFound.length > 0)
    display.say(
      `Not found: ${notFound.join(', ')}. Messages in flight cannot be seen; dead-letters list shows what is there.`,
    );
  if (undeleted > 0)
    display.say(
      `SQS did not delete ${formatCount(undeleted)} messages whose records are safe: run it again, which recognises and deletes them.`,
    );
  if (!complete)
    display.say(
      'The queue holds more messages than one run can receive: narrow them down by --reason, --since and --until.',
    );
  if (inFlight)
    display.say(
      `About ${formatCount(inFlight)} messages are in flight elsewhere, perhaps since a run was killed: they reappear when its visibility timeout is over (${leaseSeconds} s here).`,
    );
}
