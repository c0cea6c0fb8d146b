import { expect, test } from 'vitest';
import { copyStatement } from '../../src/postgres/write/copy/copy.ts';
import { findConflicts, findConflictsStatement } from '../../src/postgres/write/find-conflicts.ts';
import { findThere } from '../../src/postgres/write/find-there.ts';
import { insertRows, insertStatement } from '../../src/postgres/write/insert.ts';
import { prepared } from '../../src/postgres/write/prepared.ts';
import type { Table } from '../../src/record/table.ts';

const TABLE: Table = {
  name: ['shop', 'Order"s'],
  columns: [
    { name: 'tenant', type: 'text', nullable: false },
    { name: 'no', type: 'bigint', nullable: false },
    { name: 'a"b', type: 'numeric', limit: '12,2', nullable: true },
    { name: 'raw', type: 'json', nullable: true },
    { name: 'for', type: 'interval', nullable: true },
    { name: 'tags', type: 'text[]', nullable: true },
    { name: 'state', type: 'shop."it\'s"', nullable: false },
    { name: 'at', type: 'bigint', nullable: false, coordinate: 'offset' },
    { name: 'of', type: 'integer', nullable: false, coordinate: 'partition' },
  ],
  key: [1, 0],
  onConflict: 'ignore',
};
const without = (...names: string[]): Table => ({
  ...TABLE,
  columns: TABLE.columns.filter(({ name }) => !names.includes(name)),
});
const oneLine = (text: string) => text.trim().replaceAll(/\s+/g, ' ');

/** A client that answers each query with these rows. */
function createClient(rows: readonly object[]) {
  const asked: { text: string; values: string[]; name?: string }[] = [];
  const query = async (one: (typeof asked)[number]) => {
    asked.push(one);
    return { rows, rowCount: rows.length };
  };
  return { client: { query } as never, asked };
}

test('the INSERT casts each value to its type without a limit, and names the key', () => {
  expect(insertStatement(TABLE).text).toBe(
    'INSERT INTO "shop"."Order""s" ("tenant", "no", "a""b", "raw", "for", "tags", "state", "at", "of") ' +
      'SELECT (row->>0)::text, (row->>1)::bigint, (row->>2)::numeric, (row->>3)::json, (row->>4)::interval, ' +
      '(row->>5)::text[], (row->>6)::shop."it\'s", (row->>7)::bigint, (row->>8)::integer ' +
      'FROM jsonb_array_elements($1::jsonb) AS batch(row) ON CONFLICT ("no", "tenant") DO NOTHING',
  );
});

test('the COPY stands behind the proof that the key is unique', () => {
  expect(copyStatement(without('a"b', 'raw', 'for', 'tags'))).toBe(
    'INSERT INTO "shop"."Order""s" ("no", "tenant") SELECT "no", "tenant" FROM "shop"."Order""s" WHERE false ' +
      'ON CONFLICT ("no", "tenant") DO NOTHING; ' +
      'COPY "shop"."Order""s" ("tenant", "no", "state", "at", "of") FROM STDIN',
  );
});

test('the question about conflicts compares coordinates, or else content as its type does', () => {
  expect(oneLine(findConflictsStatement(TABLE, null))).toBe(
    'SELECT asked.position, there."no" IS NULL AS missing, NULL AS version FROM (SELECT number::int - 1 AS position, (row->>0)::text AS c0, (row->>1)::bigint AS c1, ' +
      '(row->>2)::numeric AS c2, (row->>3)::json AS c3, (row->>4)::interval AS c4, (row->>5)::text[] AS c5, ' +
      '(row->>6)::shop."it\'s" AS c6, (row->>7)::bigint AS c7, (row->>8)::integer AS c8 ' +
      'FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS batch(row, number)) AS asked ' +
      'LEFT JOIN "shop"."Order""s" AS there ON there."no" = asked.c1 AND there."tenant" = asked.c0 ' +
      'WHERE there."no" IS NULL OR NOT ((there."at" IS NOT DISTINCT FROM asked.c7 AND there."of" IS NOT DISTINCT FROM asked.c8) OR ' +
      '(there."a""b" IS NOT DISTINCT FROM asked.c2 AND there."raw"::text IS NOT DISTINCT FROM asked.c3::text AND ' +
      'there."for"::text IS NOT DISTINCT FROM asked.c4::text AND there."tags" IS NOT DISTINCT FROM asked.c5 AND ' +
      'there."state"::text IS NOT DISTINCT FROM asked.c6::text))',
  );
});

test('without an offset, the other coordinates say nothing', () => {
  const text = findConflictsStatement(without('at', 'a"b', 'raw', 'for', 'tags'), null);
  expect(oneLine(text)).toContain(
    'WHERE there."no" IS NULL OR NOT ((there."state"::text IS NOT DISTINCT FROM asked.c2::text))',
  );
});

test('where the key is all of the content, no record is another', () => {
  const text = findConflictsStatement(
    without('a"b', 'raw', 'for', 'tags', 'state', 'at', 'of'),
    null,
  );
  expect(oneLine(text)).toContain('WHERE there."no" IS NULL OR NOT ((true))');
});

test('rows travel as one parameter, and the statement that inserts them has the name of its text', async () => {
  const { client, asked } = createClient([
    { position: 1, missing: false },
    { position: 0, missing: true },
  ]);
  const statement = prepared('SELECT 1');
  expect(await insertRows(client, statement, [['a'], ['b']])).toBe(2);
  expect(await findConflicts(client, statement.text, [['a'], ['b']])).toEqual({
    others: [1],
    missing: [0],
  });
  const values = ['[["a"],["b"]]'];
  expect(asked).toEqual([
    { ...statement, values },
    { text: 'SELECT 1', values },
  ]);
  expect(statement.name).toMatch(/^[0-9a-f]{40}$/);
  expect(prepared('SELECT 2').name).not.toBe(statement.name);
});

test('rows that are there are asked for by the columns of the key alone', async () => {
  const { client, asked } = createClient([{ position: 1 }]);
  const rows = [
    ['t', '1', 'x', 'x', 'x', 'x', 'x', 'x', 'x'],
    ['u', '2', 'x', 'x', 'x', 'x', 'x', 'x', 'x'],
  ];
  expect(await findThere(client, TABLE, rows)).toEqual([1]);
  expect(asked.map(({ text, values }) => [oneLine(text), values])).toEqual([
    [
      'SELECT asked.position FROM (SELECT number::int - 1, (row->>0)::bigint, (row->>1)::text ' +
        'FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS batch(row, number) ) AS asked(position, key0, key1) ' +
        'JOIN "shop"."Order""s" AS there ON there."no" = asked.key0 AND there."tenant" = asked.key1 ORDER BY 1',
      ['[["1","t"],["2","u"]]'],
    ],
  ]);
});
