import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Subscriber } from '../src/kafka/source.ts';
import { PartitionMap, type TopicPartition } from '../src/record/partition.ts';
import type { SinkRecord } from '../src/record/record.ts';
import { loadSamples } from './load-samples.ts';
import { PARTITIONS, type Sample } from './samples.ts';
import type { Topics } from './topics.ts';

/** Where no broker is. */
export const IN_MEMORY: readonly string[] = ['in-memory:0'];

/** Records that are produced, or delivered, in one turn of the event loop. */
const BURST = 500;

/** Topics in memory with three partitions each, for machines without a broker. Nothing of them outlives the process. */
export function createMemoryTopics(names: readonly string[]): Topics {
  const log: SinkRecord[] = [];
  const partitions = names.flatMap((topic) =>
    Array.from({ length: PARTITIONS }, (_, partition): TopicPartition => ({ topic, partition })),
  );
  const ends = new PartitionMap<number>(partitions.map((at) => [at, 0]));

  function append(topic: string, { record, partition }: Sample): void {
    const at = { topic, partition };
    const offset = ends.get(at) ?? 0;
    ends.set(at, offset + 1);
    log.push({ ...at, offset, timestamp: Date.now(), timestampType: 'CREATE_TIME', ...record });
  }

  return {
    names,
    bootstrapServers: IN_MEMORY,
    async produce({ file, first, samples, options }, signal, onProgress) {
      const all = await loadSamples(file, options);
      for (let index = first; index < first + samples; index += 1) {
        for (const [at, one] of all.entries()) {
          const sample = one.make(index);
          for (let copy = 0; copy < sample.copies; copy += 1) append(names[at] ?? '', sample);
        }
        if (index % BURST === 0) {
          onProgress(log.length);
          await nextTurn(undefined, { signal });
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
        trouble: null,
        async start(subscriber) {
          for (const at of partitions) subscriber.assigned(at, 0, null);
          void deliver(subscriber);
        },
        pause: () => {
          paused = true;
        },
        resume: () => {
          paused = false;
        },
        commit: async () => {},
        ends: async () => ends,
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
