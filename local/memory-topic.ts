import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Subscriber } from '../src/kafka/source.ts';
import { PartitionMap } from '../src/record/partition.ts';
import type { SinkRecord } from '../src/record/record.ts';
import { INDEX_HEADER, makeSample, PARTITIONS, type Sample } from './samples.ts';
import type { Topic } from './topic.ts';

/** Records that are produced, or delivered, in one turn of the event loop. */
const BURST = 500;

/** A topic in memory with three partitions, for machines without a broker. Nothing of it outlives the process. */
export function createMemoryTopic(name: string): Topic {
  const log: SinkRecord[] = [];
  const ends: number[] = Array(PARTITIONS).fill(0);

  function append({ index, user, key, value }: Sample): void {
    const partition = user % PARTITIONS;
    const offset = ends[partition] ?? 0;
    ends[partition] = offset + 1;
    log.push({
      topic: name,
      partition,
      offset,
      timestamp: Date.now(),
      timestampType: 'CREATE_TIME',
      key,
      value,
      headers: [{ name: INDEX_HEADER, value: Buffer.from(String(index)) }],
    });
  }

  return {
    name,
    bootstrapServers: ['in-memory:0'],
    async produce(samples, run, onProgress) {
      for (let index = 0; index < samples; index += 1) {
        const sample = makeSample(index, run);
        for (let copy = 0; copy < sample.copies; copy += 1) append(sample);
        if (index % BURST === 0) {
          onProgress(log.length);
          await nextTurn();
        }
      }
      onProgress(log.length);
    },
    source() {
      let next = 0;
      let paused = false;
      let closed = false;
      async function deliver(subscriber: Subscriber): Promise<void> {
        while (!closed) {
          const burst = paused ? [] : log.slice(next, next + BURST);
          if (burst.length > 0) subscriber.received(burst);
          next += burst.length;
          await nextTurn();
        }
      }
      return {
        joined: true,
        async start(subscriber) {
          ends.forEach((_, partition) => {
            subscriber.assigned({ topic: name, partition }, 0, null);
          });
          void deliver(subscriber);
        },
        pause: () => {
          paused = true;
        },
        resume: () => {
          paused = false;
        },
        commit: async () => {},
        ends: async () =>
          new PartitionMap(ends.map((end, partition) => [{ topic: name, partition }, end])),
        close: async () => {
          closed = true;
        },
      };
    },
    async *read() {
      yield* log;
    },
    remove: async () => {},
  };
}
