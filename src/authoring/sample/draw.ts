import type { ColumnSpec } from '../../definition/column.ts';
import type { AnyDefinition } from '../../definition/define.ts';
import { DefinitionError } from '../../definition/definition-error.ts';
import { sourceOf } from '../../definition/names.ts';
import { stepsOf } from '../../definition/path.ts';
import { isField, isMeta } from '../../definition/read.ts';
import type { Source } from '../../definition/sources.ts';
import { specOf } from '../../definition/spec-of.ts';
import { createDice, type Dice } from './dice.ts';
import type { Placed, SampleRecord } from './place.ts';
import { sampleOf } from './values.ts';

/** Values to choose from, by name. */
export type Given = Readonly<Record<string, readonly unknown[]>>;

/** A column, or a field that no column takes, whose values are invented. */
export interface Sampled {
  /** In messages. */
  readonly name: string;
  readonly spec: ColumnSpec;
  readonly source: Source;
  readonly inKey: boolean;
  /** Whether it may be absent; null: it must be, for no value is known. */
  readonly optional: boolean | null;
  readonly given: readonly unknown[] | null;
}

/** A value of a column. */
export interface Drawn extends Placed {
  readonly name: string;
}

/** What a valid record was made of. */
export interface Draw {
  readonly record: SampleRecord;
  readonly drawn: readonly Drawn[];
  /** Makes a record of other values. */
  readonly build: (values: readonly Placed[]) => SampleRecord;
}

/**
 * The columns that take something from a record's value, key and headers, and the fields that are given.
 *
 * @throws {DefinitionError} that names the columns for which no value is known
 */
export function sampledColumns(
  definition: AnyDefinition,
  labels: ReadonlyMap<string, readonly string[]>,
  given: Given,
): Sampled[] {
  const { columns, fields = 'same', key, topic, name: named = String(topic) } = definition;
  const unknown: string[] = [];
  const sampled = Object.entries(columns).flatMap(([name, column]): Sampled[] => {
    const spec = withLabels(specOf(column) as ColumnSpec, labels);
    const source = sourceOf(name, spec, fields);
    if (isMeta(source) || spec.type === 'rest' || spec.type === 'whole') return [];
    const values = given[name] ?? null;
    const isKnown = values !== null || sampleOf(spec, 0n, createDice(0)) !== null;
    const inKey = [key].flat().includes(name);
    const optional = isOptional(spec, inKey);
    if (!isKnown && !optional) unknown.push(`${named}: columns.${name}: ${noValue(spec)}`);
    return [{ name, spec, source, inKey, optional: isKnown ? optional : null, given: values }];
  });
  if (unknown.length > 0) throw new DefinitionError(unknown);
  const others = Object.entries(given).filter(([name]) => !Object.hasOwn(columns, name));
  return [...others.map(([path, values]) => field(path, values)), ...sampled];
}

function noValue({ type, name }: ColumnSpec): string {
  const remedy = type === 'enum' ? `name them, pgEnum('${name}', ['a value', …]), or ` : '';
  return `no value of ${type} ${name} is known: ${remedy}make it nullable`;
}

function withLabels(spec: ColumnSpec, labels: ReadonlyMap<string, readonly string[]>): ColumnSpec {
  const values = spec.type === 'enum' ? (spec.values ?? labels.get(String(spec.name))) : null;
  return values ? { ...spec, values } : spec;
}

/** A key that is absent must be another one for each record. */
function isOptional(spec: ColumnSpec, inKey: boolean): boolean {
  if (inKey) return spec.defaultFrom?.meta === 'recordId' || spec.defaultFrom?.meta === 'offset';
  const hasDefault = spec.default !== undefined || spec.defaultFrom !== undefined;
  return hasDefault || spec.nullable === true || spec.dbDefault === true;
}

function field(path: string, given: readonly unknown[]): Sampled {
  const spec = { type: 'jsonb' } as const;
  return { name: path, spec, source: path, inKey: false, optional: false, given };
}

/** Fields that no column takes: producers may add some at any time. */
export function extraFields(columns: readonly Sampled[]): Placed[] {
  const taken = new Set(
    columns.flatMap(({ source }) => (isField(source) ? (stepsOf(source)[0] ?? '') : [])),
  );
  return Object.entries(EXTRA)
    .filter(([name]) => !taken.has(name))
    .map(([name, value]) => ({ spec: { type: 'jsonb' }, source: [name], value }));
}

const EXTRA = { priority: 'high', tags: ['a', 'b', null, { c: 1.5 }] };

/** What a transform may take when it takes no value of its column's type. */
const SHAPES: readonly unknown[] = ['text', 1, ['a', 'b'], { id: '1', name: 'a' }, true, '1.5'];

/**
 * Invents a value of each column; those of the key follow from one number.
 *
 * @param options.attempt another one takes other ways where the first did not make a valid record
 * @param options.complete whether no value may be absent
 */
export function drawValues(
  columns: readonly Sampled[],
  {
    dice,
    attempt,
    complete,
    unique,
  }: { dice: Dice; attempt: number; complete: boolean; unique: bigint },
): Drawn[] {
  return columns.flatMap(({ name, spec, source, inKey, optional, given }): Drawn[] => {
    const chance = dice.below(10);
    if (optional === null || (optional && !complete && chance === 0)) return [];
    if (optional && !complete && chance === 1 && spec.nullable)
      return isField(source) ? [{ name, spec, source, value: null }] : [];
    // A key follows from its number alone: others can have it too.
    const own = inKey ? createDice(Number(unique % 2n ** 32n)) : dice;
    const number = inKey ? unique : dice.large();
    if (given) return [{ name, spec, source, value: own.pick(given) }];
    const typed = sampleOf(spec, number, own);
    const value = spec.transform && attempt % 2 === 1 ? dice.pick(SHAPES) : typed;
    return [{ name, spec, source, value }];
  });
}
