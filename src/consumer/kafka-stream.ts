import type { Message } from '@platformatic/kafka';
import type { KafkaRecord } from '../kafka/event.ts';
import type { KafkaClient } from './kafka-client.ts';
import { toRecord } from './record.ts';

/** Records from the partitions of one generation of the group. */
export interface RecordStream {
  pause(): void;
  resume(): void;
  /** Delivers nothing more, and gives its connections back when it can. */
  close(): void;
}

/**
 * Begins to fetch.
 *
 * @param offsets where to begin, by partition
 * @param reset where to go on in a partition whose log does not reach there any more
 * @param onBreak is told why the stream has ended by itself, at most once
 */
export async function openStream(
  client: KafkaClient,
  topic: string,
  offsets: ReadonlyMap<number, number>,
  reset: 'earliest' | 'latest',
  onRecord: (record: KafkaRecord) => void,
  onBreak: (error: Error) => void,
): Promise<RecordStream> {
  const stream = await client.consume({
    topics: [topic],
    mode: 'manual',
    offsets: [...offsets].map(([partition, offset]) => ({
      topic,
      partition,
      offset: BigInt(offset),
    })),
    fallbackMode: reset,
  });
  let open = true;
  stream.on('error', (error: Error) => {
    if (open) onBreak(error);
    open = false;
  });
  stream.on('data', (message: Message<Buffer, Buffer, Buffer, Buffer>) => {
    if (open) onRecord(toRecord(message));
  });
  return {
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    close() {
      open = false;
      // What it says while it closes does not matter any more.
      stream.close().catch(() => {});
    },
  };
}
