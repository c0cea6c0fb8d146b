import type { Display } from '../src/cli/display.ts';
import { createConsumer } from '../src/consumer/consumer.ts';
import type { Log, RecordSource } from '../src/kafka/source.ts';
import { readConsumeSettings } from '../src/settings/service.ts';
import { observers } from '../src/sink/observer.ts';
import { openSink } from '../src/sink/open-sink.ts';
import { createFlow } from './proof/flow.ts';
import { follow } from './proof/follow.ts';
import { report } from './report.ts';
import type { Stack } from './stack.ts';

/**
 * Takes samples from topics in memory through the consumer, which is in this process then, and reconciles.
 *
 * @param source of the topics in memory
 * @returns whether every record is accounted for
 */
export async function runInMemory(
  stack: Stack,
  source: RecordSource,
  samples: number,
  display: Display,
  log: Log,
  signal: AbortSignal,
): Promise<boolean> {
  const from = { acknowledged: 0, stored: 0, deadLettered: 0, lag: 0 };
  const counts = { ...from };
  const observer = observers({
    onBatch({ fates: { stored, deadLettered, passedOver } }) {
      counts.stored += stored.length;
      counts.deadLettered += deadLettered.length;
      counts.acknowledged += stored.length + deadLettered.length + passedOver.length;
    },
  });
  const opened = openSink(readConsumeSettings(stack.env).sink, stack.sinks, false, observer);
  const consumer = createConsumer(stack.consumer, { source, sink: opened.sink, log });
  const flow = createFlow(stack, signal);
  try {
    await consumer.start();
    const produced = flow.produce(samples, null);
    const total = produced.records;
    const look = async () => ({ ...counts, lag: produced.acknowledged - counts.acknowledged });
    // What waits for more records is flushed by the stop.
    await follow(
      { title: 'in memory', from, total, look, display, signal },
      ({ acknowledged }) => acknowledged + consumer.status().waiting >= total,
      [produced.done],
    );
  } finally {
    await consumer.stop();
    await opened.close();
  }
  const complete = await report(stack, flow.samples, display, []);
  display.say('The targets need a broker, so that none was measured.');
  return complete;
}
