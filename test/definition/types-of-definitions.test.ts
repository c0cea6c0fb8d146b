import { expect, test } from 'vitest';
import {
  bigint,
  defineSink,
  defineSinks,
  header,
  key,
  meta,
  numeric,
  text,
  timestamptz,
} from '../../src/index.ts';
import { createProject } from '../authoring/support/project.ts';

const columns = {
  tenant_id: text().from(header('tenant')),
  order_id: bigint().from(key('orderId')),
  note: text().nullable(),
  total: numeric({ precision: 12, scale: 2 }),
  created: timestamptz().dbDefault(),
  offset: meta.offset,
};
const place = { topic: 'orders', table: 'shop.orders' } as const;

test('a definition is what was given', () => {
  const definition = { ...place, key: ['tenant_id', 'order_id', 'offset'], columns } as const;
  expect(defineSink(definition)).toBe(definition);
  expect(defineSink({ ...place, key: 'order_id', columns }).key).toBe('order_id');
  expect(
    defineSinks([
      { ...place, key: 'a', columns: { a: text() } },
      { ...place, key: ['b'], columns: { b: text().default(meta.recordId) } },
    ]),
  ).toHaveLength(2);
});

/** Mistakes, each a statement of its own, by what it is. */
const MISTAKES = {
  'no such column': "defineSink({ ...place, key: 'orderid', columns });",
  'no such column in a list': "defineSink({ ...place, key: ['tenant_id', 'orderid'], columns });",
  'the column can be NULL': "defineSink({ ...place, key: ['note'], columns });",
  'the sink may not know the value': "defineSink({ ...place, key: 'created', columns });",
  'no key': 'defineSink({ ...place, columns });',
  'a typo in a name': "defineSink({ ...place, key: 'order_id', columns, wehre: () => true });",
  'no such way': "defineSink({ ...place, key: 'order_id', columns, fields: 'snake_case' });",
  'no version': "defineSink({ ...place, key: 'order_id', columns, write: { mode: 'upsert' } });",
  'a version that can be NULL':
    "defineSink({ ...place, key: 'order_id', columns, write: { mode: 'upsert', version: 'note' } });",
  'no such version':
    "defineSink({ ...place, key: 'order_id', columns, write: { mode: 'upsert', version: ['offset', 'totl'] } });",
  'no such column to update':
    "defineSink({ ...place, key: 'order_id', columns, write: { mode: 'upsert', version: 'offset', update: ['totl'] } });",
  'no column': "defineSink({ ...place, key: 'a', columns: { a: 'text' } });",
  'a column of the other definition':
    "defineSinks([{ ...place, key: 'a', columns: { a: text() } }, { ...place, key: 'a', columns: { b: text() } }]);",
  'no length': 'varchar({});',
  'a typo in an option': 'varchar({ lenght: 3 });',
  'no such unit': "timestamptz({ epoch: 'min' });",
  'no such option': 'text({ length: 3 });',
  'no name': 'pgEnum();',
  'neither path nor source': 'text().from(7);',
  'no such thing of meta': 'text().from(meta.ofset);',
};

const HEAD = `import { bigint, defineSink, defineSinks, header, key, meta, pgEnum, text, timestamptz, varchar } from 'kafka-pg-sink';
const columns = {
  tenant_id: text().from(header('tenant')),
  order_id: bigint().from(key('orderId')),
  note: text().nullable(),
  created: timestamptz().dbDefault(),
};
const place = { topic: 'orders', table: 'shop.orders' } as const;
`;
/** What uses all of it, and is right. */
const RIGHT = `defineSinks([{ ...place, key: 'order_id', columns }]);
defineSink({ ...place, key: ['tenant_id', 'order_id'], columns });
console.log(meta.offset, pgEnum('mood'), varchar({ length: 3 }));
`;

test('TypeScript takes what is right, and refuses each mistake', () => {
  const project = createProject();
  project.write('right.ts', HEAD + RIGHT);
  expect(project.compile()).toBe('');
  project.write('wrong.ts', `${HEAD}${RIGHT}${Object.values(MISTAKES).join('\n')}\n`);
  const first = (HEAD + RIGHT).split('\n').length;
  const lines = new Set(
    [...project.compile().matchAll(/wrong\.ts\((\d+),/g)].map(([, line]) => Number(line)),
  );
  const refused = Object.keys(MISTAKES).filter((_, index) => lines.has(first + index));
  expect(refused).toEqual(Object.keys(MISTAKES));
  // And nothing but the mistakes.
  expect(lines.size).toBe(refused.length);
});
