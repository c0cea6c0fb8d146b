import type { Table, Values } from '../../src/record/table.ts';
import type { TestDatabase } from './database.ts';

/** A table of many types, with names that must be quoted and a key of two columns. */
export const ORDERS: Table = {
  name: ['shop', 'orders'],
  columns: [
    ['tenant_id', 'text', false],
    ['order_id', 'bigint', false],
    ['total', 'numeric', true],
    ['exact', 'numeric', true],
    ['status', 'shop.order_status', true],
    ['items', 'jsonb', true],
    ['note', 'text', true],
    ['label', 'varchar', true],
    ['blob', 'bytea', true],
    ['tags', 'text[]', true],
    ['placed_at', 'timestamptz', true],
    ['paid', 'boolean', true],
    ['Order', 'text', true],
    ['a"b', 'shop."Order Kind"', true],
    ['constructor', 'text', true],
    ['__proto__', 'text', true],
  ].map(([name, type, nullable]) => ({ name, type, nullable }) as Table['columns'][number]),
  key: [0, 1],
  onConflict: 'ignore',
};

const DDL = `
CREATE SCHEMA shop;
CREATE TYPE shop.order_status AS ENUM ('new', 'it''s "paid"', 'a\\b');
CREATE TYPE shop."Order Kind" AS ENUM ('Web', 'Shop');
CREATE TABLE shop.orders (
  tenant_id text, order_id bigint, total numeric(12,2), exact numeric, status shop.order_status, items jsonb,
  note text, label varchar(320), blob bytea, tags text[], placed_at timestamptz, paid boolean,
  "Order" text, "a""b" shop."Order Kind", "constructor" text, "__proto__" text, stored_at timestamptz DEFAULT now(),
  PRIMARY KEY (order_id, tenant_id)
);`;

/** Creates the table of {@link ORDERS}. */
export async function createOrders({ query }: TestDatabase): Promise<void> {
  await query(DDL);
}

/** The order of a number, with these values by column; all others are NULL. */
export function order(
  number: number | string,
  values: Readonly<Record<string, string | null>> | readonly [string, string | null][] = {},
  tenant = 'a',
): Values {
  const given = new Map<string, string | null>([
    ['tenant_id', tenant],
    ['order_id', String(number)],
    ...(Array.isArray(values) ? values : Object.entries(values)),
  ]);
  return ORDERS.columns.map(({ name }) => given.get(name) ?? null);
}

/**
 * Tells by which commands rows were sent to a table: `COPY`, `INSERT`, or both. A sequence keeps those that were rolled
 * back, too.
 *
 * @param table as SQL names it
 */
export async function watch(
  { query }: TestDatabase,
  table = 'shop.orders',
): Promise<() => Promise<string[]>> {
  await query(
    `CREATE SEQUENCE "COPY"; CREATE SEQUENCE "INSERT";
     CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       PERFORM nextval(CASE WHEN current_query() ~ 'COPY .* FROM STDIN' THEN '"COPY"' ELSE '"INSERT"' END); RETURN NEW; END $$;
     CREATE TRIGGER watch BEFORE INSERT ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION watch()`,
  );
  return async () => {
    const text = `SELECT sequencename AS way FROM pg_sequences
                   WHERE last_value IS NOT NULL AND sequencename IN ('COPY', 'INSERT') ORDER BY 1`;
    return (await query<{ way: string }>(text)).map(({ way }) => way);
  };
}
