import { Producer } from '@platformatic/kafka';
import { createTopic } from '../local/kafka.ts';
import { type Backlog, readCommits, untilHolds } from './backlog.ts';
import { PARTITIONS } from './sample.ts';
import { KEYS, MARKERS, makeStates, type StateRecord } from './state-records.ts';
import { TABLE } from './state-table.ts';
import { newestStates, verifyStates } from './verify-states.ts';
import type { KafkaWorld } from './world.ts';

/** Records of a request; the next one waits for it, as their order counts. */
const BURST = 1000;

/** Fills a topic with states. It is not compacted, so that no contender finds less in it than another. */
export async function fillStates(
  { servers }: KafkaWorld,
  topic: string,
  count: number,
): Promise<Backlog> {
  await createTopic(servers, topic, PARTITIONS);
  const records = [...makeStates(count, Date.now() - count)];
  const messages = records.map((record) => messageOf(topic, record));
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    clientId: 'kafka-pg-sink-states',
    bootstrapBrokers: servers.split(','),
    // Otherwise a request that is sent again leaves its records in the topic twice.
    idempotent: true,
  });
  for (let from = 0; from < messages.length; from += BURST)
    await producer.send({ messages: messages.slice(from, from + BURST) });
  await producer.close();
  const bytes = messages.reduce(
    (sum, { key, value }) => sum + key.length + (value?.length ?? 0),
    0,
  );
  const tombstones = records.filter(({ state }) => state === null).length;
  const show = (number: number) => Math.round(number).toLocaleString('en');
  const text = `${show(records.length)} records of ${show(KEYS)} keys, ${show(bytes / count)} bytes with the key, ${show(tombstones)} of them tombstones`;
  return stateBacklog(topic, records, text);
}

/** Records in a topic that become the newest state of each key. */
function stateBacklog(topic: string, records: readonly StateRecord[], text: string): Backlog {
  const states = newestStates(records);
  const last = records.slice(-PARTITIONS).map(({ id }) => id);
  return {
    ...{ topic, text, table: TABLE },
    untilStored: async (database, running) => {
      const ofLast = `${TABLE} WHERE id = ANY ($1)`;
      await untilHolds(database, running, `count(*) = ${last.length}`, ofLast, [last]);
      // Deletes can still be missing, where a contender has them wait for what is inserted.
      await untilHolds(database, running, `count(*) = ${states.length}`, TABLE);
    },
    readCommits: (database) =>
      readCommits(database, 'sum(points)', `${TABLE} WHERE id >= ${MARKERS}`),
    verify: (database, name) => verifyStates(database, name, states),
  };
}

function messageOf(topic: string, { partition, timestamp, id, state }: StateRecord) {
  return {
    ...{ topic, partition, timestamp: BigInt(timestamp) },
    key: Buffer.from(JSON.stringify({ id })),
    ...(state && { value: Buffer.from(JSON.stringify(state)) }),
  };
}
