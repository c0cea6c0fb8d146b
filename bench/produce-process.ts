import { Producer } from '@platformatic/kafka';
import { makeNotification } from './sample.ts';

/**
 * A process that produces notifications with fresh ids at a rate, each with the time of its production, and tells its
 * parent how many were acknowledged.
 *
 * Arguments: bootstrap servers, topic, name of the run that their ids are made of, partitions, number of records, records
 * per second (0: as fast as it can).
 */
const [servers = '', topic = '', run = '', ...numbers] = process.argv.slice(2);
const [partitions = 1, count = 0, rate = 0] = numbers.map(Number);

const TICK_MS = 10;
const BURST = 1000;
const REQUESTS = 4;

const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
  clientId: 'kafka-pg-sink-load',
  bootstrapBrokers: servers.split(','),
  // Otherwise a request that is sent again leaves its records in the topic twice.
  idempotent: true,
});
process.on('disconnect', () => process.exit(1));

let next = 0;
let acknowledged = 0;

function message() {
  const number = next;
  next += 1;
  const value = JSON.stringify(makeNotification(run, number, new Date()));
  return { topic, partition: number % partitions, value: Buffer.from(value) };
}

async function send(size: number): Promise<void> {
  const messages = Array.from({ length: Math.min(size, count - next) }, message);
  if (messages.length === 0) return;
  await producer.send({ messages });
  acknowledged += messages.length;
  process.send?.(acknowledged);
}

async function atRate(): Promise<void> {
  const start = performance.now();
  const sending = new Set<Promise<void>>();
  while (next < count) {
    const due = Math.floor(((performance.now() - start) / 1000) * rate) - next;
    if (due > 0) {
      const sent = send(due).finally(() => sending.delete(sent));
      sending.add(sent);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(sending);
}

async function atFullSpeed(): Promise<void> {
  const worker = async () => {
    while (next < count) await send(BURST);
  };
  await Promise.all(Array.from({ length: REQUESTS }, worker));
}

// What it takes to become a producer is no latency of the records.
await producer.initIdempotentProducer({});
await producer.metadata({ topics: [topic] });
await (rate > 0 ? atRate() : atFullSpeed());
await producer.close();
process.exit(0);
