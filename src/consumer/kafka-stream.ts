import type { Message } from '@platformatic/kafka';
import type { KafkaRecord } from '../kafka/event.ts';
import type { KafkaClient } from './kafka-client.ts';
import { toRecord } from './record.ts';
import { SilenceError } from './silence.ts';

/**
 * A fetch is answered within 5 s even where nothing has come, and is begun anew. A stream that is silent for longer has
 * lost an answer (or its first question where to begin), and would be silent for ever.
 */
const SILENCE_MS = 15_000;
const CHECK_MS = 1000;

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
  let paused = false;
  let heardAt = performance.now();
  const hear = () => {
    heardAt = performance.now();
  };
  const end = () => {
    open = false;
    clearInterval(watchdog);
  };
  const broken = (error: Error) => {
    if (!open) return;
    end();
    onBreak(error);
  };
  const watchdog = setInterval(() => {
    if (paused) hear();
    else if (performance.now() - heardAt > SILENCE_MS) broken(new SilenceError('No fetch ends.'));
  }, CHECK_MS).unref();
  stream.on('fetch', hear);
  stream.on('error', broken);
  stream.on('data', (message: Message<Buffer, Buffer, Buffer, Buffer>) => {
    if (open) onRecord(toRecord(message));
  });
  return {
    pause() {
      paused = true;
      stream.pause();
    },
    resume() {
      paused = false;
      stream.resume();
    },
    close() {
      end();
      // What it says while it closes does not matter any more.
      stream.close().catch(() => {});
    },
  };
}
