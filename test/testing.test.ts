import { expect, test } from 'vitest';
import orders from '../examples/orders/sink.config.ts';
import three from '../examples/three-topics/sink.config.ts';
import { pgEnum, text } from '../src/definition/columns.ts';
import { compileSinks } from '../src/definition/sinks.ts';
import { createTables, quotedTable, sampleEvent } from '../src/testing.ts';
import { createSink } from './support/sink.ts';

test('an event of samples is stored whole, in the tables that are created for it, and once', async () => {
  const { database, queue, handle } = await createSink({}, compileSinks(three));
  await database.query(createTables(three));
  for (const definition of three) {
    const event = sampleEvent(definition, 20);
    expect(await handle(event)).toEqual({ batchItemFailures: [] });
    expect(await handle(event)).toEqual({ batchItemFailures: [] });
    const rows = await database.query(`SELECT count(*)::int FROM ${definition.table}`);
    expect([definition.topic, ...rows]).toEqual([definition.topic, { count: 20 }]);
  }
  expect(await queue.takeAll()).toEqual([]);
});

test('an event is the same each time, and has keys and headers as Lambda has them', () => {
  const [, payments] = three;
  const { records } = sampleEvent(payments, 2);
  expect(sampleEvent(payments, 2).records).toEqual(records);
  expect(Object.keys(records)).toEqual(['payments-0']);
  expect(records['payments-0']).toMatchObject([
    { topic: 'payments', partition: 0, offset: 0, headers: [{ provider: expect.any(Array) }] },
    { topic: 'payments', partition: 0, offset: 1, key: expect.stringMatching(/^[\w+/]+=*$/) },
  ]);
  const bytes = records['payments-0']?.flatMap(({ headers }) => headers?.[0]?.provider ?? []);
  expect(bytes?.every((byte) => byte >= -128 && byte <= 127)).toBe(true);
});

test('the name of a table is that of SQL, however the definition writes it', () => {
  const columns = { a: text() };
  for (const table of ['Web.Page Views', '"Web"."Page Views"'])
    expect(quotedTable({ topic: 'a', table, key: 'a', columns })).toBe('"Web"."Page Views"');
  expect(() => quotedTable({ topic: 'a', table: 'a.b.c', key: 'a', columns })).toThrow('table: ');
});

test('what cannot be invented or created is said, with what to do', () => {
  const pattern = { ...orders, topic: /orders-.+/ };
  expect(() => sampleEvent(pattern, 1)).toThrow('topic: must be a name');
  const wrong = { topic: 'a', table: 'a', key: 'b', columns: { a: text() } };
  expect(() => sampleEvent(wrong, 1)).toThrow('key: ');
  expect(() => createTables(wrong)).toThrow('key: ');
  const unknown = { topic: 'a', table: 'a', key: 'a', columns: { a: pgEnum('mood') } };
  expect(() => sampleEvent(unknown, 1)).toThrow("name them, pgEnum('mood', ['a value', …])");
  expect(() => createTables(unknown)).toThrow("pgEnum('mood', ['a value', …])");
});
