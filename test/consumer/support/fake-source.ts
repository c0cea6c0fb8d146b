import type { Position, RecordSource, Subscriber } from '../../../src/kafka/source.ts';
import { PartitionMap } from '../../../src/record/partition.ts';
import type { SinkRecord } from '../../../src/record/record.ts';

/** A subscription in memory, whose records, assignments and failures the test decides. */
export function createFakeSource() {
  const commits: Position[] = [];
  const arriving: SinkRecord[] = [];
  let subscriber: Subscriber | undefined;
  let paused = false;
  let closed = false;
  let refusal: Error | undefined;
  let close: () => Promise<void> = async () => {};

  function deliver(): void {
    while (!paused && !closed && arriving.length > 0)
      subscriber?.received([arriving.shift() as SinkRecord]);
  }

  const source: RecordSource = {
    get joined() {
      return subscriber !== undefined && !closed;
    },
    trouble: null,
    async start(given) {
      subscriber = given;
    },
    pause() {
      paused = true;
    },
    resume() {
      if (!paused) return;
      paused = false;
      queueMicrotask(deliver);
    },
    async commit(positions) {
      if (refusal) throw refusal;
      commits.push(...positions);
    },
    async ends(partitions) {
      if (refusal) throw refusal;
      return new PartitionMap(partitions.map((at) => [at, 1000]));
    },
    async close() {
      closed = true;
      await close();
    },
  };

  return {
    source,
    /** Every position that was committed, in the order of the commits. */
    commits: commits as readonly Position[],
    /** What the group says to the consumer. */
    group: () => subscriber as Subscriber,
    /** Records arrive, now or when fetching goes on. */
    produce(records: readonly SinkRecord[]): void {
      arriving.push(...records);
      deliver();
    },
    /** Records that were not fetched. */
    unfetched: () => arriving.length,
    isClosed: () => closed,
    /** From now on requests are refused; undefined: no more. */
    refuse(error: Error | undefined): void {
      refusal = error;
    },
    /** What closing waits for. */
    closeWith(wait: () => Promise<void>): void {
      close = wait;
    },
  };
}
