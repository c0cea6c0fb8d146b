import { PartitionMap, type TopicPartition } from '../record/partition.ts';
import type { SinkRecord } from '../record/record.ts';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { UnreadableBatch } from './decompression.ts';
import { createFetchClient, type Fetched } from './fetch-client.ts';

/** A broker returns a batch whole, however little is asked for. */
const ONE_BATCH = { maxBytes: 1, maxWaitMs: 0 };
/** Of a batch, before its own length. */
const BATCH_HEAD = 12;

/**
 * Reads batch by batch what a fetch has brought, until one cannot be read: an answer with such a batch says neither which
 * partition it is of, nor what else it held.
 *
 * @param positions of the partitions of that fetch
 * @param maxBytes that the fetch brought of a partition, at most
 * @param onFetched gets what can be read
 * @param onUnreadable gets the first batch that cannot
 */
export async function stepOver(
  connection: KafkaConnectionSettings,
  positions: PartitionMap<bigint>,
  maxBytes: number,
  onFetched: (fetched: Fetched) => void,
  onUnreadable: (at: TopicPartition, batch: UnreadableBatch) => void,
): Promise<void> {
  for (const [at, position] of positions) {
    const client = createFetchClient(connection);
    try {
      const leader = (await client.leaders([at], true)).get(at) ?? -1;
      let next = position;
      for (let bytes = 0; bytes < maxBytes; ) {
        const answer = await client.fetch(leader, new PartitionMap([[at, next]]), ONE_BATCH);
        const [fetched] = answer === 'out-of-range' ? [] : answer;
        if (!fetched || fetched.next === next) break;
        onFetched(fetched);
        next = fetched.next;
        bytes += fetched.batches.reduce((sum, { length }) => sum + length + BATCH_HEAD, 0);
      }
    } catch (error) {
      if (!(error instanceof UnreadableBatch)) throw error;
      return onUnreadable(at, error);
    } finally {
      // Nothing depends on how its connections close.
      client.close().catch(() => {});
    }
  }
}

/** Stands for all records of a batch: its dead letter says which, and that they are to be had from Kafka alone. */
export function unreadableRecord(
  at: TopicPartition,
  { message, records }: UnreadableBatch,
  offset: number,
): SinkRecord {
  return {
    ...{ topic: at.topic, partition: at.partition, offset },
    ...{ timestamp: -1, timestampType: null, key: null, value: null, headers: [] },
    unreadable: `${message}: none of its records (${records}) is stored. To store them after all, see docs/consume.md`,
  };
}
