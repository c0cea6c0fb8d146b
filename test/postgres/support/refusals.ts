import type { Table, Values } from '../../../src/record/table.ts';

export const COUNT = 2000;

export const column = (name: string, type: string, nullable = true) => ({ name, type, nullable });
export const ITEMS: Table = {
  name: ['items'],
  columns: [
    column('id', 'bigint', false),
    column('code', 'text'),
    column('Amount', 'numeric'),
    column('parent', 'bigint'),
    column('region', 'text'),
    column('day', 'date'),
  ],
  key: [0],
  onConflict: 'ignore',
};

export const DDL = `
CREATE TABLE parents (id bigint PRIMARY KEY, region text NOT NULL, UNIQUE (id, region));
INSERT INTO parents SELECT n, 'eu' FROM generate_series(0, 9) AS n;
CREATE TABLE items (id bigint PRIMARY KEY, code text, "Amount" numeric, parent bigint, region text, day date);`;

type Fields = Partial<Record<'code' | 'Amount' | 'parent' | 'region' | 'day', string | null>>;

export function item(id: number, fields: Fields = {}): Values {
  const sound = {
    code: `code ${id}`,
    Amount: '7.50',
    parent: String(id % 10),
    region: 'eu',
    day: '2026-11-26',
  };
  const { code, Amount, parent, region, day } = { ...sound, ...fields };
  return [String(id), code, Amount, parent, region, day];
}

/** One row of a hundred. */
export const isBad = (id: number) => id % 100 === 42;

interface Case {
  /** After {@link DDL}. */
  readonly setup: string;
  /** What is wrong with a bad row. */
  readonly bad: (id: number) => Fields;
  readonly sqlstate: string;
  readonly constraint?: string;
  /** Whether, once the rule is known, a few statements do for a batch; without it the rows are searched for. */
  readonly judged?: true | 'from 16';
  readonly since?: number;
  readonly table?: string;
}

export const RAISE = (condition: string, how: string, when = 'BEFORE') => `
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF ${condition} THEN ${how}; END IF; RETURN NEW; END $$;
CREATE TRIGGER refuse ${when} INSERT ON items FOR EACH ROW EXECUTE FUNCTION refuse();`;

const LONG = Array.from({ length: 4000 }, (_, n) =>
  String.fromCodePoint(0x4e00 + ((n * 7919) % 20_000)),
).join('');

export const CASES: Readonly<Record<string, Case>> = {
  'a CHECK': {
    setup: 'ALTER TABLE items ADD CONSTRAINT "Positive" CHECK ("Amount" > 0)',
    bad: () => ({ Amount: '-1' }),
    sqlstate: '23514',
    constraint: 'Positive',
    judged: true,
  },
  'a CHECK by a function': {
    setup: `CREATE FUNCTION fits(a numeric, b date) RETURNS boolean LANGUAGE sql AS 'SELECT a > extract(day FROM b)::int - 26';
            ALTER TABLE items ADD CONSTRAINT fits CHECK (fits("Amount", day))`,
    bad: () => ({ Amount: '0' }),
    sqlstate: '23514',
    constraint: 'fits',
    judged: true,
  },
  'a CHECK that was added without looking at old rows': {
    setup: `ALTER TABLE items ADD CONSTRAINT short CHECK (length(code) < 20) NOT VALID`,
    bad: () => ({ code: 'x'.repeat(20) }),
    sqlstate: '23514',
    constraint: 'short',
    judged: true,
  },
  'NOT NULL': {
    setup: 'ALTER TABLE items ALTER code SET NOT NULL',
    bad: () => ({ code: null }),
    sqlstate: '23502',
    judged: true,
  },
  'a foreign key': {
    setup: 'ALTER TABLE items ADD CONSTRAINT has_parent FOREIGN KEY (parent) REFERENCES parents',
    bad: () => ({ parent: '77' }),
    sqlstate: '23503',
    constraint: 'has_parent',
    judged: true,
  },
  'a foreign key of two columns, MATCH FULL': {
    setup:
      'ALTER TABLE items ADD CONSTRAINT of_region FOREIGN KEY (region, parent) REFERENCES parents (region, id) MATCH FULL',
    bad: (id) => (id % 200 === 42 ? { region: null } : { region: 'us' }),
    sqlstate: '23503',
    constraint: 'of_region',
    judged: true,
  },
  'another unique constraint, by a row of the same batch': {
    setup: 'ALTER TABLE items ADD CONSTRAINT one_code UNIQUE (code)',
    bad: (id) => ({ code: `code ${id - 1}` }),
    sqlstate: '23505',
    constraint: 'one_code',
    judged: true,
  },
  'another unique constraint, by a row of the table': {
    setup: `INSERT INTO items VALUES (-1, 'taken'); ALTER TABLE items ADD CONSTRAINT one_code UNIQUE (code)`,
    bad: () => ({ code: 'taken' }),
    sqlstate: '23505',
    constraint: 'one_code',
    judged: true,
  },
  'a unique index of an expression over some rows': {
    setup: `INSERT INTO items VALUES (-1, 'TAKEN', 2), (-2, 'other', 0);
            CREATE UNIQUE INDEX one_of_large ON items (lower(code), (parent IS NULL)) WHERE "Amount" > 1`,
    bad: () => ({ code: 'Taken', parent: null }),
    sqlstate: '23505',
    constraint: 'one_of_large',
    judged: true,
  },
  'a unique index that includes columns beside those that it tells rows apart by': {
    setup: `INSERT INTO items VALUES (-1, 'TAKEN'); ALTER TABLE items ADD note text;
            CREATE UNIQUE INDEX one_code ON items (lower(code)) INCLUDE (code, note)`,
    bad: () => ({ code: 'Taken' }),
    sqlstate: '23505',
    constraint: 'one_code',
    judged: true,
  },
  'a unique index in which NULLs are equal': {
    setup: `INSERT INTO items VALUES (-1, NULL); CREATE UNIQUE INDEX one_null ON items (code) NULLS NOT DISTINCT`,
    bad: () => ({ code: null }),
    sqlstate: '23505',
    constraint: 'one_null',
    judged: true,
    since: 15,
  },
  'a type': {
    setup: '',
    bad: () => ({ day: '2026-02-30' }),
    sqlstate: '22008',
    judged: 'from 16',
  },
  'the length of a column': {
    setup: 'ALTER TABLE items ALTER code TYPE varchar(12)',
    bad: () => ({ code: 'x'.repeat(13) }),
    sqlstate: '22001',
    judged: 'from 16',
  },
  'a domain': {
    setup:
      'CREATE DOMAIN short AS text CONSTRAINT is_short CHECK (length(value) < 12); ALTER TABLE items ALTER code TYPE short',
    bad: () => ({ code: 'x'.repeat(12) }),
    sqlstate: '23514',
    constraint: 'is_short',
    judged: 'from 16',
  },
  'an exclusion constraint': {
    setup: `INSERT INTO items VALUES (-1, 'wide');
            ALTER TABLE items ADD CONSTRAINT apart EXCLUDE USING gist (
              int4range((id + CASE code WHEN 'wide' THEN 100000 ELSE 0 END)::int,
                        CASE id WHEN -1 THEN 200000 ELSE id + CASE code WHEN 'wide' THEN 100000 ELSE 0 END END::int, '[]') WITH &&)`,
    bad: () => ({ code: 'wide' }),
    sqlstate: '23P01',
    constraint: 'apart',
  },
  'a trigger that raises an error': {
    setup: RAISE('NEW.code IS NULL', "RAISE 'no code'"),
    bad: () => ({ code: null }),
    sqlstate: 'P0001',
  },
  'a trigger that raises an error afterwards': {
    setup: RAISE('NEW.code IS NULL', "RAISE 'no code'", 'AFTER'),
    bad: () => ({ code: null }),
    sqlstate: 'P0001',
  },
  'a trigger that needs one row and finds two': {
    setup: RAISE('NEW.code IS NULL', 'NEW.region := (SELECT region FROM parents)'),
    bad: () => ({ code: null }),
    sqlstate: '21000',
  },
  'a trigger that does not support a value': {
    setup: RAISE('NEW.code IS NULL', "RAISE SQLSTATE '0A000'"),
    bad: () => ({ code: null }),
    sqlstate: '0A000',
  },
  'a trigger with a SQLSTATE of its own': {
    setup: RAISE('NEW.code IS NULL', "RAISE SQLSTATE 'UE001'"),
    bad: () => ({ code: null }),
    sqlstate: 'UE001',
  },
  'a trigger that says that a privilege is missing': {
    setup: RAISE('NEW.code IS NULL', "RAISE 'no code' USING ERRCODE = 'insufficient_privilege'"),
    bad: () => ({ code: null }),
    sqlstate: '42501',
  },
  'a trigger in the name of the schema': {
    setup: RAISE(
      'NEW.code IS NULL',
      "RAISE 'no code' USING ERRCODE = 'object_not_in_prerequisite_state'",
    ),
    bad: () => ({ code: null }),
    sqlstate: '55000',
  },
  'a trigger whose CASE has no branch for a value': {
    setup: RAISE('true', 'CASE WHEN NEW.code IS NOT NULL THEN NULL; END CASE'),
    bad: () => ({ code: null }),
    sqlstate: '20000',
  },
  'a trigger that ends without RETURN': {
    setup: `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF NEW.code IS NOT NULL THEN RETURN NEW; END IF; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION refuse()`,
    bad: () => ({ code: null }),
    sqlstate: '2F005',
  },
  'an index that the row is too large for': {
    setup: 'CREATE INDEX by_code ON items (code)',
    bad: (id) => ({ code: `${id}${LONG}` }),
    sqlstate: '54000',
  },
  'a computed column that overflows': {
    setup:
      'ALTER TABLE items ADD doubled smallint GENERATED ALWAYS AS ("Amount"::int * 4000) STORED',
    bad: () => ({ Amount: '9' }),
    sqlstate: '22003',
  },
  'a CHECK that fails itself': {
    setup: 'ALTER TABLE items ADD CHECK (1 / "Amount" < 10)',
    bad: () => ({ Amount: '0' }),
    sqlstate: '22012',
  },
  'a CHECK that a trigger satisfies for others': {
    setup: `ALTER TABLE items ADD CONSTRAINT has_code CHECK (code IS NOT NULL);
            ${RAISE("NEW.code IS NULL AND NEW.region = 'eu'", "NEW.code := 'repaired'")}`,
    bad: () => ({ code: null, region: 'us' }),
    sqlstate: '23514',
    constraint: 'has_code',
  },
  'a deferred foreign key': {
    setup:
      'ALTER TABLE items ADD CONSTRAINT later FOREIGN KEY (parent) REFERENCES parents DEFERRABLE INITIALLY DEFERRED',
    bad: () => ({ parent: '77' }),
    sqlstate: '23503',
    constraint: 'later',
  },
  'a CHECK of one partition': {
    setup: `DROP TABLE items;
            CREATE TABLE items (id bigint PRIMARY KEY, code text, "Amount" numeric, parent bigint, region text, day date) PARTITION BY RANGE (id);
            CREATE TABLE items_1 PARTITION OF items FOR VALUES FROM (MINVALUE) TO (1000);
            CREATE TABLE items_2 PARTITION OF items FOR VALUES FROM (1000) TO (MAXVALUE);
            ALTER TABLE items ADD CONSTRAINT of_all CHECK ("Amount" > 0);
            ALTER TABLE items_1 ADD CONSTRAINT of_all_too CHECK (code <> 'x')`,
    bad: (id) =>
      id >= 1000 ? { Amount: '-1' } : id % 200 === 42 ? { Amount: '-1' } : { code: 'x' },
    sqlstate: '23514',
  },
  'the check option of a view': {
    setup: `CREATE VIEW seen AS SELECT * FROM items WHERE "Amount" > 0 WITH CHECK OPTION`,
    bad: () => ({ Amount: '-1' }),
    sqlstate: '44000',
    table: 'seen',
  },
  'a whole-row CHECK': {
    setup: `CREATE FUNCTION fits(one items) RETURNS boolean LANGUAGE sql AS 'SELECT one."Amount" > 0';
            ALTER TABLE items ADD CONSTRAINT whole CHECK (fits(items))`,
    bad: () => ({ Amount: '-1' }),
    sqlstate: '23514',
    constraint: 'whole',
  },
  'a unique index of the whole row': {
    setup: `CREATE FUNCTION key_of(one items) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT one.code';
            CREATE UNIQUE INDEX whole ON items (key_of(items.*)); INSERT INTO items VALUES (-1, 'taken')`,
    bad: () => ({ code: 'taken' }),
    sqlstate: '23505',
    constraint: 'whole',
  },
  'NOT NULL of a computed column': {
    setup:
      'ALTER TABLE items ADD doubled numeric GENERATED ALWAYS AS ("Amount" * 2) STORED NOT NULL',
    bad: () => ({ Amount: null }),
    sqlstate: '23502',
  },
  'NOT NULL of a column that a trigger fills': {
    setup: `ALTER TABLE items ADD loud text NOT NULL DEFAULT ''; ${RAISE('true', 'NEW.loud := upper(NEW.code)')}`,
    bad: () => ({ code: null }),
    sqlstate: '23502',
  },
  'a domain that is NOT NULL': {
    setup: 'CREATE DOMAIN given AS text NOT NULL; ALTER TABLE items ALTER code TYPE given',
    bad: () => ({ code: null }),
    sqlstate: '23502',
  },
  'a domain whose CHECK fails itself': {
    setup:
      'CREATE DOMAIN dated AS text CHECK (right(value, -5)::int >= 0); ALTER TABLE items ALTER code TYPE dated',
    bad: () => ({ code: 'code x' }),
    sqlstate: '22P02',
  },
  'a trigger in the name of a CHECK': {
    setup: RAISE('NEW.code IS NULL', "RAISE 'no code' USING ERRCODE = 'check_violation'"),
    bad: () => ({ code: null }),
    sqlstate: '23514',
  },
  'a trigger in the name of NOT NULL': {
    setup: RAISE('NEW.code IS NULL', "RAISE 'no code' USING ERRCODE = 'not_null_violation'"),
    bad: () => ({ code: null }),
    sqlstate: '23502',
  },
  'a unique column that a trigger changes': {
    setup: `INSERT INTO items VALUES (-1, 'TAKEN'); ALTER TABLE items ADD CONSTRAINT one_code UNIQUE (code);
            ${RAISE("NEW.code = 'taken'", "NEW.code := 'TAKEN'")}`,
    bad: () => ({ code: 'taken' }),
    sqlstate: '23505',
    constraint: 'one_code',
  },
  'a unique index of one partition': {
    setup: `DROP TABLE items;
            CREATE TABLE items (id bigint PRIMARY KEY, code text, "Amount" numeric, parent bigint, region text, day date) PARTITION BY RANGE (id);
            CREATE TABLE items_1 PARTITION OF items FOR VALUES FROM (MINVALUE) TO (-9);
            CREATE TABLE items_2 PARTITION OF items FOR VALUES FROM (-9) TO (MAXVALUE);
            CREATE UNIQUE INDEX one_code ON items_2 (code); INSERT INTO items VALUES (-1, 'taken')`,
    bad: () => ({ code: 'taken' }),
    sqlstate: '23505',
    constraint: 'one_code',
  },
  'a unique column behind a view': {
    setup: `INSERT INTO items VALUES (-1, 'taken'); ALTER TABLE items ADD CONSTRAINT one_code UNIQUE (code);
            CREATE VIEW seen AS SELECT * FROM items`,
    bad: () => ({ code: 'taken' }),
    sqlstate: '23505',
    constraint: 'one_code',
    table: 'seen',
  },
  'a unique index with a collation of its own': {
    setup: `CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            INSERT INTO items VALUES (-1, 'TAKEN'); CREATE UNIQUE INDEX one_code ON items (code COLLATE any_case)`,
    bad: () => ({ code: 'taken' }),
    sqlstate: '23505',
    constraint: 'one_code',
  },
  'a CHECK of a column with a collation': {
    setup: `CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            ALTER TABLE items ALTER region TYPE text COLLATE any_case;
            ALTER TABLE items ADD CONSTRAINT known CHECK (region IN ('EU', 'US'))`,
    bad: () => ({ region: 'asia' }),
    sqlstate: '23514',
    constraint: 'known',
    judged: true,
  },
  'a foreign key of which a trigger makes some parents': {
    setup: `ALTER TABLE items ADD CONSTRAINT has_parent FOREIGN KEY (parent) REFERENCES parents;
            CREATE FUNCTION make() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF NEW.parent < 1000 THEN INSERT INTO parents VALUES (NEW.parent, 'eu') ON CONFLICT DO NOTHING; END IF; RETURN NULL; END $$;
            CREATE TRIGGER "A" AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION make(); DELETE FROM parents`,
    bad: () => ({ parent: '7777' }),
    sqlstate: '23503',
    constraint: 'has_parent',
  },
};
