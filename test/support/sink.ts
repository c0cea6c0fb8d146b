import { readFileSync } from 'node:fs';
import { inject, onTestFinished } from 'vitest';
import type { CompiledSinks } from '../../src/definition/sinks.ts';
import type { BatchResponse } from '../../src/lambda/event.ts';
import { openHandler } from '../../src/lambda/handler.ts';
import { readLambdaSettings } from '../../src/settings/lambda.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { readSink } from '../../src/settings/sink.ts';
import { type Observer, observers } from '../../src/sink/observer.ts';
import { openSink } from '../../src/sink/open-sink.ts';
import type { Sink } from '../../src/sink/sink.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { SINKS } from './notifications.ts';
import { createQueue, type TestQueue } from './queue.ts';

export interface TestSink {
  readonly database: TestDatabase;
  readonly queue: TestQueue;
  /** Calls the handler as Lambda would. */
  handle(event: unknown, remainingMs?: number): Promise<BatchResponse>;
}

/**
 * The handler with a database and a queue of its own, as its environment configures it.
 *
 * @param env settings beside the database and the queue; partial responses are read unless they say otherwise
 * @param sinks the definitions; that of the notifications unless told otherwise
 */
export async function createSink(
  env: Record<string, string> = {},
  sinks: CompiledSinks = SINKS,
): Promise<TestSink> {
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  process.env.AWS_ENDPOINT_URL_SQS = inject('sqsEndpoint');
  const settings = readLambdaSettings({
    DATABASE_URL: database.url,
    DEAD_LETTER_QUEUE_URL: queue.url,
    PARTIAL_BATCH_RESPONSE: 'enabled',
    ...env,
  });
  const { handler, close } = openHandler(
    settings,
    sinks,
    await createTelemetry(settings.telemetry),
  );
  onTestFinished(close);
  return {
    database,
    queue,
    handle: (event, remainingMs = 30_000) =>
      handler(event as never, { getRemainingTimeInMillis: () => remainingMs }),
  };
}

/**
 * The sink without Lambda's door, with a database and a queue of its own.
 *
 * @param env settings beside the database and the queue
 * @param sinks the definitions; that of the notifications unless told otherwise
 */
export async function createDirectSink(
  env: Record<string, string> = {},
  sinks: CompiledSinks = SINKS,
  observer: Observer = {},
): Promise<Omit<TestSink, 'handle'> & { readonly sink: Sink }> {
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  process.env.AWS_ENDPOINT_URL_SQS = inject('sqsEndpoint');
  const given = { DATABASE_URL: database.url, DEAD_LETTER_QUEUE_URL: queue.url, ...env };
  const { sink, close } = openSink(
    readSettings(given, readSink),
    sinks,
    false,
    observers(observer),
  );
  onTestFinished(close);
  return { database, queue, sink };
}

/** A sample event of `test/events`. */
export function readEvent(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), 'utf8'));
}
