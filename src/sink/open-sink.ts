import { openWhenNeeded } from '../dead-letter/lazy-queue.ts';
import type { CompiledSinks } from '../definition/sinks.ts';
import { createStore, type Store } from '../postgres/store.ts';
import type { SinkSettings } from '../settings/sink.ts';
import { createRetry } from '../timing/retry.ts';
import type { Observer } from './observer.ts';
import { createSink, type Sink, type Trace } from './sink.ts';

/** The sink with its connections. They live as long as the process. */
export interface OpenSink {
  readonly sink: Sink;
  /** {@link Store.ping} */
  readonly ping: Store['ping'];
  /** Closes the connections. */
  close(): Promise<void>;
}

/**
 * Builds the parts of the sink. It connects when the first batch comes.
 *
 * @param sinks the definitions of the records' topics
 * @param allOrNothing whether one failure has the whole batch delivered again
 */
export function openSink(
  settings: SinkSettings,
  { all, sinkOf }: CompiledSinks,
  allOrNothing: boolean,
  observer: Required<Observer>,
  trace: Trace = (_step, work) => work(),
): OpenSink {
  const tables = new Set(all.map(({ table }) => table.name.at(-1)));
  const store = createStore(settings, observer, (table) => tables.has(table));
  const queue = openWhenNeeded(
    settings.deadLetterQueueUrl,
    createRetry(settings.retry, observer.onRetry),
    settings.circuitBreaker,
  );
  const { tombstonePolicy } = settings;
  return {
    sink: createSink(
      { tombstonePolicy, allOrNothing },
      {
        ...{ sinkOf, begin: store.begin, sendDeadLetters: queue.send },
        ...{ trace, onBatch: observer.onBatch },
      },
    ),
    ping: store.ping,
    async close() {
      await queue.close();
      await store.close();
    },
  };
}
