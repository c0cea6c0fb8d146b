import type { Stack } from '../stack.ts';

/** Records that are under way to the topics. */
interface Produced {
  readonly records: number;
  /** Those that the topics have. */
  readonly acknowledged: number;
  /** Resolves when the topics have all. */
  readonly done: Promise<void>;
}

/** What sends samples to the topics, one range after the other. */
export interface Flow {
  /** Samples so far, of each topic. */
  readonly samples: number;
  /** Their records, of all topics. */
  readonly records: number;
  /**
   * Sends the next samples.
   *
   * @param rate records a second; null: as fast as it goes
   */
  produce(samples: number, rate: number | null): Produced;
}

/** Begins with the first sample. */
export function createFlow({ topics, sampled, load }: Stack, signal: AbortSignal): Flow {
  let samples = 0;
  const countRecords = (count: number) =>
    sampled.reduce((sum, one) => sum + one.samples.countRecords(count), 0);
  return {
    get samples() {
      return samples;
    },
    get records() {
      return countRecords(samples);
    },
    produce(count, rate) {
      const first = samples;
      samples += count;
      let acknowledged = 0;
      const range = { ...load, first, samples: count, rate };
      const done = topics.produce(range, signal, (records) => {
        acknowledged = records;
      });
      done.catch(() => {}); // it is for who waits for it
      return {
        records: countRecords(samples) - countRecords(first),
        done,
        get acknowledged() {
          return acknowledged;
        },
      };
    },
  };
}
