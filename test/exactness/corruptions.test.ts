import { expect, test } from 'vitest';
import { pretty } from '../../src/dead-letter-tools/print/pretty.ts';
import { redactionsOf } from '../../src/dead-letter-tools/print/redaction.ts';
import {
  bigint,
  jsonb,
  numeric,
  pgEnum,
  text,
  timestamptz,
  uuid,
  varchar,
} from '../../src/definition/columns.ts';
import type { AnyDefinition } from '../../src/definition/define.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import type { SinkRecord } from '../../src/record/record.ts';
import { sinkRecord } from '../support/records.ts';
import { onEachVersion } from '../support/versions.ts';
import { createWorld } from './support/world.ts';

/** What went wrong when orders took the place of the notifications in code that was written for those alone. */

const ORDERS: AnyDefinition = {
  ...{ topic: 'orders', table: 'shop.orders', key: ['tenant_id', 'order_id'] },
  columns: {
    tenant_id: text(),
    order_id: bigint(),
    customer_email: varchar({ length: 320 }).from('customer.email').sensitive(),
    total: numeric(),
    status: pgEnum('shop.order_status'),
    items: jsonb(),
    note: text().nullable(),
  },
};

const DDL = `
  CREATE SCHEMA shop;
  CREATE TYPE shop.order_status AS ENUM ('placed', 'paid');
  CREATE TABLE shop.orders (
    tenant_id text, order_id bigint, customer_email varchar(320) NOT NULL, total numeric NOT NULL,
    status shop.order_status NOT NULL, items jsonb NOT NULL, note text, PRIMARY KEY (tenant_id, order_id)
  )`;

const FIELDS = {
  tenant_id: '"acme"',
  order_id: '1',
  customer: '{"email":"ada@example.com"}',
  total: '12.50',
  status: '"paid"',
  items: '[{"sku":"a"}]',
  note: 'null',
};

/** Texts of JSON by field, as no digit must depend on JavaScript. */
function orders(...all: readonly Partial<typeof FIELDS>[]): SinkRecord[] {
  return all.map((fields, offset) => {
    const members = Object.entries({ ...FIELDS, ...fields });
    const value = `{${members.map(([name, json]) => `"${name}":${json}`).join(',')}}`;
    return sinkRecord(value, { topic: 'orders', offset });
  });
}

const many = (count: number) =>
  orders(...Array.from({ length: count }, (_, index) => ({ order_id: `${index}` })));

const createOrders = () => createWorld(compileSinks(ORDERS), DDL, 'shop.orders');

onEachVersion(() => {
  test.each([
    [49, 'INSERT'],
    [50, 'COPY'],
  ])('a null note of %i orders is NULL, not the text null, by %s', async (count, command) => {
    const { send, commands, rows } = await createOrders();
    await send(many(count));
    expect(await commands()).toEqual([command]);
    expect(await rows('DISTINCT note IS NULL', '1')).toEqual([[true]]);
  });

  test.each([
    [49, 'INSERT'],
    [50, 'COPY'],
  ])(
    'the items of %i orders are a JSON array, no string and no [object Object], by %s',
    async (count, command) => {
      const { send, commands, rows } = await createOrders();
      await send(many(count));
      expect(await commands()).toEqual([command]);
      expect(await rows('DISTINCT jsonb_typeof(items), items::text', '1')).toEqual([
        ['array', '[{"sku": "a"}]'],
      ]);
    },
  );

  test('9007199254740993 and 9007199254740992 are two orders', async () => {
    const { send, rows } = await createOrders();
    await send(
      orders(
        { order_id: '9007199254740992', note: '"of one"' },
        { order_id: '9007199254740993', note: '"of another"' },
      ),
    );
    expect(await rows('order_id::text, note', 'order_id')).toEqual([
      ['9007199254740992', 'of one'],
      ['9007199254740993', 'of another'],
    ]);
  });

  test('order 1 of one tenant and order 1 of another are two orders', async () => {
    const { send, rows } = await createOrders();
    await send(orders({ tenant_id: '"acme"' }, { tenant_id: '"globex"' }));
    expect(await rows('tenant_id, order_id::text', 'tenant_id')).toEqual([
      ['acme', '1'],
      ['globex', '1'],
    ]);
  });

  test('replay with a transform that changes the note alone rounds no number', async () => {
    const { send, replay, rows, deadLetters } = await createOrders();
    await send(
      orders({
        order_id: '9007199254740993',
        total: '0.1234567890123456789',
        items: '[9007199254740993]',
        note: '1',
      }),
    );
    const fixNote = (value: unknown) => ({ ...(value as object), note: 'fixed' });
    expect(await replay(fixNote)).toEqual({ stored: 1 });
    expect(await rows('order_id::text, total::text, items::text, note', '1')).toEqual([
      ['9007199254740993', '0.1234567890123456789', '[9007199254740993]', 'fixed'],
    ]);
    expect(await deadLetters()).toEqual([]);
  });

  test('show --redact masks the e-mail address of an order that PostgreSQL refuses', async () => {
    const { send, deadLetters } = await createOrders();
    await send(orders({ status: '"lost"' }));
    const [deadLetter] = await deadLetters();
    if (!deadLetter) throw new Error('no dead letter');
    const redaction = redactionsOf(compileSinks(ORDERS))(deadLetter.record.topic);
    const { value } = pretty(deadLetter, { redaction });
    expect(value.text).toContain('"status": "lost"');
    expect(value.text).not.toContain('ada');
  });

  test.each([
    {
      key: { id: uuid() },
      there: ['"7C9E6679-7425-40DE-944B-E07FC1F90AE7"'],
      fresh: ['"7C9E6679-7425-40DE-944B-E07FC1F90AE8"'],
      declared: 'id uuid',
    },
    {
      key: { id: bigint() },
      there: ['9007199254740993'],
      fresh: ['9007199254740992'],
      declared: 'id bigint',
    },
    {
      key: { id: text(), kind: pgEnum('mood'), amount: numeric(), at: timestamptz() },
      there: ['"\\\\N"', '"it\'s"', '0.1234567890123456789', '"2025-10-22T10:00:00.5+05:45"'],
      fresh: ['"\\\\N"', '"it\'s"', '0.1234567890123456788', '"2025-10-22T10:00:00.5+05:45"'],
      declared: 'amount numeric, id text, at timestamptz, kind mood',
    },
  ])(
    'a dry run tells what is there by the key $declared, and stores nothing',
    async ({ key, there, fresh, declared }) => {
      const names = Object.keys(key);
      const definition = compileSinks({
        ...{ topic: 'any', table: 'anything', key: names },
        columns: { ...key, note: text() },
      });
      const ddl = `CREATE TYPE mood AS ENUM ('it''s');
        CREATE TABLE anything (${declared}, note text, PRIMARY KEY (${names.toReversed().join(', ')}))`;
      const { send, deadLetter, replay, rows } = await createWorld(definition, ddl, 'anything');
      const recordOf = (values: readonly string[], offset: number) => {
        const fields = names.map((name, index) => `"${name}":${values[index]}`);
        return sinkRecord(`{${fields.join(',')},"note":""}`, { topic: 'any', offset });
      };
      await deadLetter([recordOf(there, 1), recordOf(fresh, 2)]);
      await send([recordOf(there, 0)]);
      expect(await replay(null, true)).toEqual({ 'already-there': 1, stored: 1 });
      expect(await rows('count(*)::int', '1')).toEqual([[1]]);
    },
  );
});
