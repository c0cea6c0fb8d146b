import type { SinkRecord } from '../record/record.ts';
import type { ConsumerSettings } from '../settings/consumer.ts';
import { within } from '../timing/within.ts';
import { SilenceError } from './answered.ts';
import { createFetcher } from './fetcher.ts';

/** A fetch is answered within half a second even where nothing has come. One that is not answered has lost its answer. */
const SILENCE_MS = 15_000;

/** Records from the partitions of one generation of the group. */
export interface RecordStream {
  pause(): void;
  resume(): void;
  /** Delivers nothing more, and gives its connections back when it can. */
  close(): void;
}

/**
 * Begins to fetch, one fetch at a time from each broker that leads a partition; what one has brought when the stream is
 * paused is all that comes. It repeats nothing: whatever goes wrong ends the stream, and another one finds out anew where
 * to begin and whom to ask.
 *
 * @param offsets where to begin, by partition
 * @param onRecords is handed the records of a fetch, of one partition and in order
 * @param onBreak is told why the stream has ended by itself, at most once
 */
export function openStream(
  config: ConsumerSettings,
  offsets: ReadonlyMap<number, number>,
  onRecords: (records: readonly SinkRecord[]) => void,
  onBreak: (error: unknown) => void,
  fetcher = createFetcher(config),
): RecordStream {
  let open = true;
  /** While the stream is paused. */
  let paused: PromiseWithResolvers<void> | undefined;
  const positions = new Map(offsets);

  async function follow(node: number, partitions: readonly number[]): Promise<void> {
    for (;;) {
      while (paused) await paused.promise;
      if (!open) return;
      const wanted = new Map(partitions.map((one) => [one, positions.get(one) ?? 0]));
      const fetched = await inTime(fetcher.fetch(node, wanted));
      if (!open) return;
      for (const { partition, records, position } of fetched) {
        positions.set(partition, position);
        if (records.length > 0) onRecords(records);
      }
    }
  }

  function resume(): void {
    paused?.resolve();
    paused = undefined;
  }

  function close(): void {
    if (!open) return;
    open = false;
    resume();
    // What it says while it closes does not matter any more.
    fetcher.close().catch(() => {});
  }

  async function run(): Promise<void> {
    try {
      const leaders = await inTime(fetcher.leaders([...offsets.keys()]));
      await Promise.all([...leaders].map(([node, partitions]) => follow(node, partitions)));
    } catch (error) {
      if (!open) return;
      close();
      onBreak(error);
    }
  }
  void run();

  return {
    pause() {
      paused ??= Promise.withResolvers();
    },
    resume,
    close,
  };
}

/** @throws {SilenceError} where nothing has come in time */
async function inTime<T>(asked: Promise<T>): Promise<T> {
  asked.catch(() => {});
  if (!(await within(SILENCE_MS, asked))) throw new SilenceError('No fetch ends.');
  return asked;
}
