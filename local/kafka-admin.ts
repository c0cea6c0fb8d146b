import { setTimeout as sleep } from 'node:timers/promises';
import { Admin, ListOffsetTimestamps } from '@platformatic/kafka';

/** Time in ms for a new topic's partitions to be ready. */
const READY_TIMEOUT_MS = 15_000;

/**
 * Creates a topic with one replica and waits until every partition can be written to.
 *
 * @param bootstrapServers comma-separated `host:port`
 * @throws the client's error when the topic exists or the broker does not answer
 * @throws Error when a partition takes no requests after 15 s
 */
export async function createTopic(
  bootstrapServers: string,
  name: string,
  partitions: number,
): Promise<void> {
  const use = async (admin: Admin) => {
    await admin.createTopics({ topics: [name], partitions, replicas: 1 });
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await isReady(admin, name, partitions))) {
      if (Date.now() > deadline)
        throw new Error(`Topic ${name} is not ready after ${READY_TIMEOUT_MS / 1000} s.`);
      await sleep(50);
    }
  };
  await withAdmin(bootstrapServers, use, { retryDelay: 100 });
}

/**
 * Deletes a topic.
 *
 * @param bootstrapServers comma-separated `host:port`
 * @throws the client's error when there is no such topic or the broker does not answer
 */
export async function deleteTopic(bootstrapServers: string, name: string): Promise<void> {
  await withAdmin(bootstrapServers, (admin) => admin.deleteTopics({ topics: [name] }));
}

/**
 * Asks for the cluster's brokers, once.
 *
 * @throws the client's error, or Error when no broker is in service yet
 */
export async function pingKafka(bootstrapServers: string): Promise<void> {
  const impatient = { retries: 0, connectTimeout: 1_000, timeout: 2_000 };
  await withAdmin(
    bootstrapServers,
    async (admin) => {
      const { brokers } = await admin.metadata({ topics: [] });
      if (brokers.size === 0) throw new Error('No broker is in service.');
    },
    impatient,
  );
}

/** Whether every partition's leader takes requests. */
async function isReady(admin: Admin, name: string, partitions: number): Promise<boolean> {
  try {
    const { topics } = await admin.metadata({ topics: [name], forceUpdate: true });
    const leaders = topics.get(name)?.partitions.map(({ leader }) => leader) ?? [];
    if (leaders.length !== partitions || leaders.includes(-1)) return false;
    // A broker names itself as leader a moment before it acts as one. Who produces to three
    // partitions in that moment can see one refused, retries all, and has duplicates in the others.
    await askEnds(admin, name, partitions);
    return true;
  } catch {
    return false; // not yet known, or not yet led; the caller has a deadline
  }
}

/** Asks for the offset behind the last record of each partition, by partition. */
export async function listEnds(
  bootstrapServers: string,
  name: string,
  partitions: number,
): Promise<number[]> {
  return withAdmin(bootstrapServers, (admin) => askEnds(admin, name, partitions));
}

async function askEnds(admin: Admin, name: string, partitions: number): Promise<number[]> {
  const timestamp = ListOffsetTimestamps.LATEST;
  const all = Array.from({ length: partitions }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp,
  }));
  const [topic] = await admin.listOffsets({ topics: [{ name, partitions: all }] });
  const ends = new Map(
    topic?.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset]),
  );
  return all.map(({ partitionIndex }) => Number(ends.get(partitionIndex) ?? 0n));
}

async function withAdmin<T>(
  bootstrapServers: string,
  use: (admin: Admin) => Promise<T>,
  options: {
    retries?: number;
    retryDelay?: number;
    connectTimeout?: number;
    timeout?: number;
  } = {},
): Promise<T> {
  const bootstrapBrokers = bootstrapServers.split(',').map((broker) => broker.trim());
  const admin = new Admin({ clientId: 'kafka-pg-sink-admin', bootstrapBrokers, ...options });
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}
