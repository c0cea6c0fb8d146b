import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SinkRecord } from '../../src/record/record.ts';
import type { Table, Values } from '../../src/record/table.ts';
import { createAnyStore } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';
import { onEachVersion } from '../support/versions.ts';
import { column } from './support/refusals.ts';

/** Each refuses some of the rows below, and none of them all. */
const RULES = [
  'ALTER TABLE items ADD CHECK (amount > 0)',
  'ALTER TABLE items ADD CHECK (code IS NULL OR length(code) < 6)',
  'ALTER TABLE items ADD CHECK (amount + parent < 14)',
  'ALTER TABLE items ALTER code SET NOT NULL',
  'ALTER TABLE items ALTER parent SET NOT NULL',
  'ALTER TABLE items ADD FOREIGN KEY (parent) REFERENCES parents',
  'ALTER TABLE items ADD FOREIGN KEY (parent, region) REFERENCES parents (id, region)',
  'ALTER TABLE items ADD FOREIGN KEY (parent, region) REFERENCES parents (id, region) MATCH FULL',
  'CREATE UNIQUE INDEX rare_code ON items (lower(code)) WHERE amount = 7',
  'CREATE UNIQUE INDEX rare_day ON items (day, parent, amount) WHERE region IS NULL',
  'ALTER TABLE items ALTER code TYPE varchar(5)',
  'ALTER TABLE items ALTER amount TYPE numeric(2,1)',
  'ALTER TABLE items ADD doubled smallint GENERATED ALWAYS AS ((amount * 4000)::int) STORED',
  `CREATE DOMAIN quarter AS text CHECK (value <> 'us'); ALTER TABLE items ALTER region TYPE quarter`,
  `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN IF NEW.day = '2026-01-03' THEN RAISE 'no'; END IF; RETURN NEW; END $$;
   CREATE TRIGGER refuse BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION refuse()`,
];

const TABLE: Table = {
  name: ['items'],
  columns: [
    column('id', 'bigint', false),
    column('code', 'text'),
    column('amount', 'numeric'),
    column('parent', 'bigint'),
    column('region', 'text'),
    column('day', 'date'),
  ],
  key: [0],
  onConflict: 'ignore',
};

const usually = <T>(sound: T, ...others: T[]) =>
  fc.oneof(
    { arbitrary: fc.constant(sound), weight: 12 },
    ...others.map((one) => ({ arbitrary: fc.constant(one), weight: 1 })),
  );

/** Values without the key. */
const anyContent = fc.tuple(
  usually<string | null>('a\\b\t', null, 'long enough', 'A', 'a', '\\N', 'e\n'),
  usually<string | null>('1.5', null, '-1', '7', '9', '12.25'),
  usually<string | null>('3', null, '5', '77'),
  usually<string | null>('eu', null, 'us'),
  usually<string | null>('2026-01-02', null, '2026-01-03', '2026-02-30'),
);

/** Contents of new rows, and for each place whether a row of before comes with them. */
const anyBatch = fc.record({
  contents: fc.array(anyContent, { minLength: 52, maxLength: 130 }),
  again: fc.array(fc.nat(), { maxLength: 5 }),
});

const anyCase = fc.record({
  rules: fc.subarray(RULES, { maxLength: 5 }),
  late: fc.constantFrom(...RULES),
  batches: fc.array(anyBatch, { minLength: 3, maxLength: 4 }),
});

onEachVersion(() => {
  test('whatever rules a table has and gets, each row is stored once or refused for its own sake', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ rules, late, batches }) => {
        const database = await createDatabase();
        await database.query(`
          CREATE TABLE parents (id bigint PRIMARY KEY, region text, UNIQUE (id, region));
          INSERT INTO parents VALUES (3, 'eu'), (5, 'eu');
          CREATE TABLE items (id bigint PRIMARY KEY, code text, amount numeric, parent bigint, region text, day date)`);
        for (const rule of rules) await database.query(rule);
        const store = await createAnyStore(database, TABLE);
        const rows: Values[] = [];
        const stored = new Set<number>();
        const refused = new Set<number>();
        for (const [at, { contents, again }] of batches.entries()) {
          // It is refused where rows that are there break it, or it is there already.
          if (at === 2) await database.query(late).catch(() => {});
          const places = [
            ...contents.map((content) => rows.push([String(rows.length), ...content]) - 1),
            ...(rows.length > 0 ? again.map((place) => place % rows.length) : []),
          ];
          const written = await store(places.map((place) => rows[place] as Values));
          expect(written.failed).toEqual([]);
          for (const { offset } of written.stored) stored.add(places[offset] as number);
          for (const { record } of written.rejected)
            refused.add(places[(record as SinkRecord).offset] as number);
        }
        const there = await database.query<{ id: string }>(
          'SELECT id::text, count(*) FROM items GROUP BY id ORDER BY items.id',
        );
        expect(there.map(({ id }) => Number(id))).toEqual([...stored].toSorted((a, b) => a - b));
        for (const place of refused) {
          if (stored.has(place)) continue;
          const insert = database.query(
            'INSERT INTO items (id, code, amount, parent, region, day) VALUES ($1, $2, $3, $4, $5, $6)',
            [...(rows[place] as Values)],
          );
          await expect(insert, `row ${rows[place]}`).rejects.toThrow();
        }
        for (const place of rows.keys()) expect(stored.has(place) || refused.has(place)).toBe(true);
      }),
      { numRuns: 12 },
    );
  });
});
