import { Producer } from '@platformatic/kafka';
import { createPace } from '../src/timing/pace.ts';
import { loadSamples } from './load-samples.ts';
import type { Load } from './topics.ts';

/**
 * A process that produces samples to topics and tells its parent how many records were acknowledged. It ends with its
 * parent.
 */
const { servers, topics, file, first, samples, rate, options }: Work = JSON.parse(
  process.argv[2] ?? '',
);

const EMPTY = Buffer.alloc(0);

interface Work extends Load {
  readonly servers: string;
  readonly topics: readonly string[];
}

/** Records in one request, and requests under way. */
const BATCH = 500;
const REQUESTS = 4;

const orphaned = () => process.exit(1);
process.on('disconnect', orphaned);
// Ctrl-C reaches the whole foreground group; the parent decides when to end.
process.on('SIGINT', () => {});

const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
  clientId: 'kafka-pg-sink-samples',
  bootstrapBrokers: servers.split(','),
  // Otherwise a request that is sent again leaves its records in the topic twice.
  idempotent: true,
});
const all = await loadSamples(file, options);
let acknowledged = 0;
let next = first;
const pace = createPace(rate, new AbortController().signal);

/** Samples in one request: each is a record of each topic. A steady flow has a request every 10 ms. */
const step = Math.max(1, Math.floor((rate === null ? BATCH : rate / 100) / topics.length));

async function send(): Promise<void> {
  while (next < first + samples) {
    const messages = [];
    const end = Math.min(first + samples, next + step);
    for (; next < end; next += 1) messages.push(...messagesOf(next));
    await producer.send({ messages });
    acknowledged += messages.length;
    process.send?.(acknowledged);
    await pace(messages.length);
  }
}

function messagesOf(index: number) {
  return topics.flatMap((topic, at) => {
    const sample = all[at]?.make(index);
    if (!sample) return [];
    const { key, value, headers } = sample.record;
    const message = {
      ...{ topic, partition: sample.partition },
      ...(key && { key }),
      ...(value && { value }),
      headers: new Map(headers.map(({ name, value }) => [Buffer.from(name), value ?? EMPTY])),
    };
    return Array.from({ length: sample.copies }, () => message);
  });
}

try {
  await Promise.all(Array.from({ length: REQUESTS }, send));
} catch (error) {
  console.error(`Producing failed: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await producer.close();
  process.off('disconnect', orphaned);
  process.disconnect();
}
