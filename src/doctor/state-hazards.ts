import type pg from 'pg';
import type { StatesTable } from '../postgres/write/states/state.ts';
import type { FoundTable } from './table.ts';

/** What can keep a table of states from being the newest states of its topic, and what helps. */
interface Hazard {
  readonly detail: string;
  readonly remedy: string;
}

interface Around {
  /** Triggers for each row that are on, by what they wait for. */
  readonly update: readonly string[];
  readonly delete: readonly string[];
  /** Tables whose foreign keys keep a row from being deleted. */
  readonly referring: readonly string[];
}

/** Of `tgtype`, bit 0 is a row's, bit 3 DELETE, bit 4 UPDATE. https://www.postgresql.org/docs/current/catalog-pg-trigger.html */
const AROUND = `
WITH triggers AS (
  SELECT tgname::text AS name, tgtype FROM pg_trigger
   WHERE tgrelid = $1 AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgtype & 1 = 1)
SELECT ARRAY(SELECT name FROM triggers WHERE tgtype & 16 <> 0 ORDER BY name) AS update,
       ARRAY(SELECT name FROM triggers WHERE tgtype & 8 <> 0 ORDER BY name) AS delete,
       ARRAY(SELECT DISTINCT conrelid::regclass::text FROM pg_constraint
              WHERE confrelid = $1 AND contype = 'f' AND confdeltype IN ('a', 'r') ORDER BY 1) AS referring`;

const CHOOSE_SOFT = "choose tombstones: { softDelete: 'deleted_at' }";

/** Finds what the user may want as it is. */
export async function findHazards(
  client: pg.Client,
  { oid }: FoundTable,
  table: StatesTable,
): Promise<readonly Hazard[]> {
  const [around] = (await client.query<Around>(AROUND, [oid])).rows;
  const removes = table.states.tombstones === 'delete';
  return [
    ...triggers('overwrites', around?.update ?? []),
    ...(removes ? triggers('removes', around?.delete ?? []) : []),
    ...(removes ? [FORGETS, ...references(around?.referring ?? [])] : []),
    ...timestampAlone(table),
  ];
}

const FORGETS: Hazard = {
  detail:
    'a removed row keeps no version: an old dead letter that is replayed months later brings it back',
  remedy: `Where old records can come again, ${CHOOSE_SOFT}; see docs/state-tables.md.`,
};

function triggers(does: string, names: readonly string[]): Hazard[] {
  if (names.length === 0) return [];
  return [
    {
      detail: `triggers fire where the sink ${does} a row: ${names.join(', ')}`,
      remedy:
        'Check that they leave the version as it is. One that keeps the change out keeps an old state.',
    },
  ];
}

function references(tables: readonly string[]): Hazard[] {
  if (tables.length === 0) return [];
  return [
    {
      detail: `foreign keys of ${tables.join(', ')} refer to the table: while they refer to a row, its tombstone is dead-lettered`,
      remedy: `Write ON DELETE CASCADE or ON DELETE SET NULL where that is meant, or ${CHOOSE_SOFT}.`,
    },
  ];
}

/** Producers write several records within a millisecond. */
function timestampAlone({ columns, states }: StatesTable): Hazard[] {
  const [only, ...more] = states.version.map((at) => columns[at]);
  if (only?.coordinate !== 'timestamp' || more.length > 0) return [];
  return [
    {
      detail: `the version is ${only.name} alone, in milliseconds: of two records of a key within one, the first stays`,
      remedy: `Write version: ['${only.name}', 'source_offset'], where source_offset is a column that is meta.offset.`,
    },
  ];
}
