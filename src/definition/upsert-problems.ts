import { isObject } from '../record/guards.ts';
import type { ColumnSpec } from './column.ts';
import { isIdentifier, namesOf, sourceOf } from './names.ts';
import { unknownKeys, when } from './problem-list.ts';
import { isMeta } from './read.ts';
import type { Source } from './sources.ts';
import { specOf } from './spec-of.ts';
import { oneOf } from './types/options.ts';
import { isOfValue } from './whole.ts';

type Fields = Readonly<Record<string, unknown>>;

const KEYS = ['mode', 'version', 'tombstones', 'absent', 'update'];

interface Entry {
  readonly name: string;
  readonly spec: ColumnSpec;
  readonly source: Source;
}

/** What is wrong in `write: { mode: 'upsert', … }`. */
export function upsertProblems({ columns, fields, key }: Fields, write: Fields): string[] {
  const entries = Object.entries(isObject(columns) ? columns : {}).flatMap(
    ([name, column]): Entry[] => {
      const spec = specOf(column);
      return spec ? [{ name, spec, source: sourceOf(name, spec, namesOf(fields)) }] : [];
    },
  );
  const keys = [key].flat();
  const { version, absent, update, tombstones } = write;
  return [
    ...unknownKeys(write, KEYS),
    ...versionProblems(version, entries, keys),
    ...when(absent !== undefined && oneOf('keep', 'null')(absent), 'absent: $'),
    ...updateProblems(update, entries, keys),
    ...tombstoneProblems(tombstones, entries, [...keys, ...[version].flat()]),
  ].map((problem) => (problem.startsWith('columns.') ? problem : `write.${problem}`));
}

function versionProblems(
  version: unknown,
  entries: readonly Entry[],
  keys: readonly unknown[],
): string[] {
  const names = [version].flat();
  if (version === undefined || names.length === 0)
    return [
      "version: must name the column that tells a newer state from an older one, such as 'updated_at', or a list of them",
    ];
  const found = names.map((name) => entries.find((one) => one.name === name));
  const [first] = found;
  return [
    ...names.flatMap((name, at) => {
      const spec = found[at]?.spec;
      if (!spec) return `version: ${JSON.stringify(name)} must be one of the columns`;
      if (keys.includes(name))
        return `version: ${name} is in the key, so that all states of a key have the same`;
      return when(
        spec.nullable === true || spec.dbDefault === true,
        `version: ${name} must always have a value: neither nullable() nor dbDefault()`,
      );
    }),
    ...when(names.length > new Set(names).size, 'version: must not name a column twice'),
    ...found.flatMap((one) =>
      when(
        one?.spec.type === 'json' && !one.spec.array,
        `version: ${one?.name} is json, which PostgreSQL does not compare: take another type`,
      ),
    ),
    ...when(
      first !== undefined && saysNoTime(first),
      `version: ${first?.name} is no version, as a topic that is created again begins at offset 0: put meta.timestamp, or a time of the producer's, before it`,
    ),
  ];
}

/** What Kafka says of a record, but for its time, does not tell whether it is newer than one of a topic of the same name before. */
function saysNoTime({ source }: Entry): boolean {
  return isMeta(source) && source.meta !== 'timestamp';
}

function updateProblems(
  update: unknown,
  entries: readonly Entry[],
  keys: readonly unknown[],
): string[] {
  if (update === undefined) return [];
  if (!Array.isArray(update) || update.length === 0) return ['update: must be a list of columns'];
  return update.flatMap((name) => [
    ...when(
      !entries.some((one) => one.name === name),
      `update: ${JSON.stringify(name)} must be one of the columns`,
    ),
    ...when(keys.includes(name), `update: ${name} is in the key, which stays`),
  ]);
}

const TOMBSTONES = "must be 'delete', { softDelete: 'deleted_at' }, 'dead-letter' or 'ignore'";

/** A tombstone has no value: what it must say comes from elsewhere. */
function tombstoneProblems(
  tombstones: unknown,
  entries: readonly Entry[],
  needed: readonly unknown[],
): string[] {
  if (tombstones === undefined || tombstones === 'dead-letter' || tombstones === 'ignore')
    return [];
  const isSoft = isObject(tombstones);
  if (tombstones !== 'delete' && !isSoft) return [`tombstones: ${TOMBSTONES}`];
  const fromValue = entries.filter(({ spec, source }) => isOfValue(spec, source));
  const without = fromValue
    .filter(({ name }) => needed.includes(name))
    .map(
      ({ name }) =>
        `columns.${name}: a tombstone has no value to take it from: it must be from key(), header() or meta`,
    );
  if (!isSoft) return without;
  const { softDelete } = tombstones;
  return [
    ...without,
    ...unknownKeys(tombstones, ['softDelete']).map((problem) => `tombstones.${problem}`),
    ...when(
      typeof softDelete !== 'string' || !isIdentifier(softDelete),
      "tombstones.softDelete: must be the name of a column, such as 'deleted_at'",
    ),
    ...when(
      entries.some(({ name }) => name === softDelete),
      `tombstones.softDelete: ${softDelete} must not be among the columns: the sink writes it by itself`,
    ),
    ...fromValue
      .filter(({ name, spec }) => !needed.includes(name) && !spec.nullable && !spec.dbDefault)
      .map(
        ({ name }) =>
          `columns.${name}: a key that is deleted before it was there has no value for it: it must be nullable() or dbDefault()`,
      ),
  ];
}
