import { Producer } from '@platformatic/kafka';
import { makeSample, messageOf, PARTITIONS } from './samples.ts';

/**
 * A process that produces samples to a topic and tells its parent how many records were acknowledged. It ends with its
 * parent.
 */
const [servers = '', topic = '', samples = '', run = ''] = process.argv.slice(2);

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
let acknowledged = 0;
let next = 0;

async function send(): Promise<void> {
  while (next < Number(samples)) {
    const messages = [];
    for (; next < Number(samples) && messages.length < BATCH; next += 1) {
      const sample = makeSample(next, Number(run));
      // A user's notifications stay in order, in one partition.
      const message = messageOf(sample, topic, sample.user % PARTITIONS);
      for (let copy = 0; copy < sample.copies; copy += 1) messages.push(message);
    }
    await producer.send({ messages });
    acknowledged += messages.length;
    process.send?.(acknowledged);
  }
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
