import { expect, inject, vi } from 'vitest';
import { readSchema } from '../../../local/create-tables.ts';
import type { AnyDefinition } from '../../../src/definition/define.ts';
import { compileSinks } from '../../../src/definition/sinks.ts';
import type { BatchResponse } from '../../../src/lambda/event.ts';
import type { Sink } from '../../../src/sink/sink.ts';
import type { TestDatabase } from '../../support/database.ts';
import type { TestQueue } from '../../support/queue.ts';
import { eventOf, record, TIMESTAMP } from '../../support/records.ts';
import { createDirectSink, createSink } from '../../support/sink.ts';
import {
  consumerConfig,
  createTestConsumer,
  createTestTopic,
  randomName,
} from '../../support/topic.ts';

/** An example: its definitions, and the SQL that creates their tables. */
export interface Example {
  readonly definitions: readonly AnyDefinition[];
  /** Of the file, from the root of the project. */
  readonly schema: string;
}

/** A record that is sent to the topic of a definition, in text so that no digit depends on JavaScript. */
export interface Message {
  readonly topic: string;
  readonly key: string;
  /** Null for a tombstone. */
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A way of messages to the tables. */
export interface Way {
  readonly database: TestDatabase;
  readonly queue: TestQueue;
  /** What the topic of a definition is called here. */
  topicOf(topic: string): string;
  /** Sends messages, each topic's from offset 0 of its partition 0, until all of them are stored, passed over or dead-lettered. */
  send(messages: readonly Message[]): Promise<void>;
  /** Has the same records come again. */
  again(): Promise<void>;
}

/** As Lambda calls the handler: an event holds records of one topic. */
export async function throughHandler({ definitions, schema }: Example): Promise<Way> {
  const { handle, database, queue } = await createSink({}, compileSinks(definitions));
  await database.query(readSchema(schema));
  let events: readonly unknown[] = [];
  const again = async () => {
    const none: BatchResponse = { batchItemFailures: [] };
    for (const event of events) expect(await handle(event)).toEqual(none);
  };
  return {
    ...{ database, queue, again, topicOf: (topic) => topic },
    async send(messages) {
      const byTopic = Map.groupBy(messages, ({ topic }) => topic);
      events = [...byTopic.values()].map((some) => eventOf(some.map(toEventRecord)));
      await again();
    },
  };
}

function toEventRecord({ topic, key, value, headers }: Message, offset: number) {
  return record(value, {
    ...{ topic, offset, key: Buffer.from(key).toString('base64') },
    headers: Object.entries(headers).map(([name, text]) => ({
      [name]: [...new Int8Array(Buffer.from(text))],
    })),
  });
}

/** Through topics of Kafka, and one consumer of them all. */
export async function throughConsumer({ definitions, schema }: Example): Promise<Way> {
  const servers = inject('kafka') ?? '';
  const run = randomName();
  const nameOf = (topic: string) => `${run}-${topic}`;
  const here = definitions.map((one) => ({ ...one, topic: nameOf(String(one.topic)) }));
  const topics = new Map<string, Awaited<ReturnType<typeof createTestTopic>>>();
  for (const { topic } of here) topics.set(topic, await createTestTopic(servers, topic));
  const { sink, database, queue } = await createDirectSink({}, compileSinks(here));
  await database.query(readSchema(schema));
  let sent = 0;
  let groups = 0;
  /** Reads the topics from their beginning, in a group of its own. */
  async function consume(): Promise<void> {
    let done = 0;
    const counting: Sink = async (batch, deadline) => {
      const fates = await sink(batch, deadline);
      done += fates.stored.length + fates.passedOver.length + fates.deadLettered.length;
      return fates;
    };
    groups += 1;
    const config = consumerConfig(servers, `${run}-${groups}`);
    const consumer = createTestConsumer(config, [...topics.keys()], counting);
    await consumer.start();
    await vi.waitFor(() => expect(done).toBe(sent), { timeout: 20_000, interval: 20 });
    await consumer.stop();
    expect(done).toBe(sent);
  }
  return {
    ...{ database, queue, again: consume, topicOf: nameOf },
    async send(messages) {
      sent = messages.length;
      for (const [topic, some] of Map.groupBy(messages, (one) => nameOf(one.topic)))
        await topics.get(topic)?.produce(some.map(toKafka));
      await consume();
    },
  };
}

function toKafka({ key, value, headers }: Message) {
  const entries = Object.entries(headers);
  return {
    ...{ partition: 0, timestamp: BigInt(TIMESTAMP) },
    key: Buffer.from(key),
    ...(value === null ? {} : { value: Buffer.from(value) }),
    headers: new Map(entries.map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  };
}
