import type pg from 'pg';

/** A table, as the catalogue of PostgreSQL knows it. */
export interface CatalogueTable {
  readonly columns: readonly CatalogueColumn[];
  /** The unique ones, the primary key first. */
  readonly indexes: readonly CatalogueIndex[];
}

export interface CatalogueColumn {
  readonly name: string;
  /** As SQL declares it: `numeric(12,2)`, `shop.email`. */
  readonly declared: string;
  /** The type below domains, of an array that of its elements, by its name in the catalogue: `numeric`. */
  readonly type: string;
  /** That type as a definition names it: with its schema, in quotes where they are needed. */
  readonly typeName: string;
  /** Its `typtype` and `typcategory`. https://www.postgresql.org/docs/current/catalog-pg-type.html */
  readonly kind: string;
  readonly category: string;
  /** The values of an enum, in their order. */
  readonly labels: readonly string[];
  /** Its length, or its precision and scale. */
  readonly limit: readonly number[];
  /** Whether it has any modifier, such as a limit. */
  readonly modified: boolean;
  /** Of the array; 0 for none. */
  readonly dimensions: number;
  readonly isDomain: boolean;
  readonly notNull: boolean;
  /** As SQL; that of a generated column is its expression. */
  readonly default: string | null;
  readonly identity: '' | 'always' | 'by default';
  readonly isGenerated: boolean;
}

export interface CatalogueIndex {
  readonly name: string;
  readonly isPrimary: boolean;
  /** In their order; an expression is none of them. */
  readonly columns: readonly string[];
  /** What keeps `ON CONFLICT` from using it; null where nothing does. */
  readonly obstacle: string | null;
}

/**
 * The types of `pg_catalog` have one name each; `"bit"` and `"char"` need quotes, as without them they are others. An
 * extension's type mostly is in the schema `public`.
 */
const TYPE_NAME = `
CASE WHEN n.nspname = 'pg_catalog' OR (n.nspname = 'public' AND pg_type_is_visible(e.oid)) THEN quote_ident(e.typname)
     ELSE quote_ident(n.nspname) || '.' || quote_ident(e.typname) END`;

const COLUMNS = `
WITH RECURSIVE below AS (
  SELECT a.attnum, t.oid, t.typtype, t.typbasetype, t.typtypmod, t.typnotnull AS filled, a.atttypmod AS modifier
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
   WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
   UNION ALL
  SELECT below.attnum, t.oid, t.typtype, t.typbasetype, t.typtypmod, below.filled OR t.typnotnull,
         CASE below.modifier WHEN -1 THEN below.typtypmod ELSE below.modifier END
    FROM below JOIN pg_type t ON t.oid = below.typbasetype AND below.typtype = 'd')
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS declared, e.typname AS type, ${TYPE_NAME} AS "typeName",
       e.typtype AS kind, e.typcategory AS category,
       ARRAY(SELECT l.enumlabel::text FROM pg_enum l WHERE l.enumtypid = e.oid ORDER BY l.enumsortorder) AS labels,
       coalesce(string_to_array(substring(format_type(e.oid, below.modifier) FROM '\\(([-0-9,]+)\\)'), ',')::int[], '{}') AS limit,
       below.modifier <> -1 AS modified,
       CASE WHEN e.oid = base.oid THEN 0 ELSE greatest(a.attndims, 1) END AS dimensions,
       base.oid <> a.atttypid AS "isDomain", a.attnotnull OR below.filled AS "notNull",
       pg_get_expr(d.adbin, d.adrelid) AS default,
       CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE '' END AS identity,
       a.attgenerated <> '' AS "isGenerated"
  FROM below
  JOIN pg_attribute a ON a.attrelid = $1 AND a.attnum = below.attnum
  JOIN pg_type base ON base.oid = below.oid
  JOIN pg_type e ON e.oid = CASE WHEN base.typcategory = 'A' AND base.typelem <> 0 THEN base.typelem ELSE base.oid END
  JOIN pg_namespace n ON n.oid = e.typnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = $1 AND d.adnum = a.attnum
 WHERE below.typtype <> 'd'
 ORDER BY a.attnum`;

/** A temporal key (WITHOUT OVERLAPS) is an exclusion constraint, which `ON CONFLICT` does not use. */
const INDEXES = `
SELECT c.relname AS name, i.indisprimary AS "isPrimary",
       ARRAY(SELECT a.attname::text
               FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY AS in_key(attnum, place)
               JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = in_key.attnum
              ORDER BY place) AS columns,
       CASE WHEN i.indpred IS NOT NULL THEN 'it is partial'
            WHEN NOT i.indimmediate THEN 'it is deferrable'
            WHEN NOT i.indisvalid THEN 'it is not valid'
            WHEN 0 = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) THEN 'it has an expression' END AS obstacle
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = $1 AND i.indisunique AND NOT i.indisexclusion
 ORDER BY i.indisprimary DESC, i.indnkeyatts, c.relname`;

/**
 * Reads a table from the catalogue, which every user may do.
 *
 * @param oid of the table
 */
export async function readCatalogue(client: pg.ClientBase, oid: number): Promise<CatalogueTable> {
  const columns = await client.query<CatalogueColumn>(COLUMNS, [oid]);
  const indexes = await client.query<CatalogueIndex>(INDEXES, [oid]);
  return { columns: columns.rows, indexes: indexes.rows };
}
