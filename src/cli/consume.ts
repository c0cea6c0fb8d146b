import { loadSinks } from '../authoring/load.ts';
import { dieOfUnexpectedErrors, untilSignal } from '../service/signals.ts';
import { checkQueue } from './check-queue.ts';
import type { RunCommand } from './command.ts';
import { readFlags, readWithFlags } from './consume-flags.ts';
import { HELP } from './consume-help.ts';
import { isRestarted, startWithSmallHeap } from './small-heap.ts';

/** `kafka-pg-sink consume`: the sink behind a consumer, until a signal. */
export const run: RunCommand = async (args) => {
  const flags = readFlags(args);
  if (flags === null) {
    console.log(HELP);
    return 0;
  }
  const settings = readWithFlags(process.env, flags);
  const sinks = await loadSinks(settings.definitionFile);
  // For the AWS SDK and Powertools, which look there as soon as the service's code is loaded.
  Object.assign(process.env, flags);
  dieOfUnexpectedErrors();
  const signalled = untilSignal();
  // Only once: by the time that it has its small heap, the process must not hold the client of SQS for that.
  if (!isRestarted()) {
    const queue = checkQueue(settings.sink.deadLetterQueueUrl).then(() => 'checked' as const);
    if ((await Promise.race([queue, signalled])) !== 'checked') return 0;
    startWithSmallHeap();
  }
  const { openService } = await import('../service/create-consumer.ts');
  const service = await openService(settings, sinks);
  try {
    await Promise.race([service.start(), signalled]);
    await signalled;
  } finally {
    await service.stop();
  }
  return 0;
};
