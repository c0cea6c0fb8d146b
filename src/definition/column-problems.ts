import { isObject } from '../record/guards.ts';
import { encoder } from './cell.ts';
import type { ColumnSpec } from './column.ts';
import { isJson } from './exact-json.ts';
import { Invalid } from './invalid.ts';
import { sourceOf } from './names.ts';
import { isMeta } from './read.ts';
import { META_TYPES, type MetaName, type Source } from './sources.ts';
import { type Options, TYPES, type Type, takes, typeOf } from './types/all.ts';
import { flag, wholeNumber } from './types/options.ts';

/** What every column may say, beside its type and the type's options. */
const MODIFIERS: Readonly<Record<string, (value: unknown) => string | null>> = {
  type: () => null,
  from: sourceProblem,
  nullable: flag,
  default: (value) => (value === null ? 'must not be null; nullable() stores null' : null),
  defaultFrom: (value) => (isObject(value) ? metaProblem(value.meta) : 'must be meta. something'),
  dbDefault: flag,
  sensitive: flag,
  transform: (value) => (typeof value === 'function' ? null : 'must be a function'),
  array: wholeNumber(0, 6),
};

/** Says what is wrong with a column. */
export function findColumnProblems(
  name: string,
  spec: ColumnSpec,
  fields: 'same' | 'camelCase',
): string[] {
  if (!Object.hasOwn(TYPES, spec.type))
    return [`type: must be one of ${Object.keys(TYPES).join(', ')}`];
  const type: Type = TYPES[spec.type];
  const options = findOptionProblems(spec, type);
  // What follows would trip over them.
  return options.length > 0
    ? options
    : [...combinationProblems(spec), ...valueProblems(spec, sourceOf(name, spec, fields))];
}

function findOptionProblems(spec: ColumnSpec, type: Type): string[] {
  const known = Object.keys(type.options);
  return [
    ...Object.entries(spec).flatMap(([option, value]) => {
      if (value === undefined) return [];
      const rule = type.options[option] ?? MODIFIERS[option];
      if (!rule)
        return `${option}: unknown; ${spec.type} takes ${known.join(', ') || 'no options'}`;
      const must = rule(value);
      return must === null ? [] : `${option}: ${must}`;
    }),
    ...(type.required ?? [])
      .filter((option) => spec[option] === undefined)
      .map((option) => `${option}: missing; it ${type.options[option]?.(undefined)}`),
  ];
}

/** Those of PostgreSQL that have a function: some of them depend on the session, and text that is not checked can shift. */
const BUILT_IN = new Map(
  Object.entries(TYPES).flatMap(([name, { sql }]) =>
    typeof sql === 'string' && name !== 'rest' && name !== 'whole'
      ? [[sql, name] as const, [name.toLowerCase(), name] as const]
      : [],
  ),
);

/** Types that have the length 1 where none is said, and cut what is longer. */
const ONE_LONG = /^(char|character|nchar|bit)$/i;

function combinationProblems(spec: ColumnSpec): string[] {
  const { type, min = 0, max, precision, scale, name } = spec as ColumnSpec & Options;
  const builtIn = type === 'custom' && name ? BUILT_IN.get(name.toLowerCase()) : undefined;
  const whole = type === 'rest' || type === 'whole';
  return [
    max !== undefined && max < min && 'max: must not be less than min',
    scale !== undefined && precision === undefined && 'scale: must stand beside a precision',
    builtIn && `name: custom('${name}') must be ${builtIn}()`,
    type === 'custom' &&
      ONE_LONG.test(name ?? '') &&
      `name: custom('${name}') must be another type, such as text(): PostgreSQL cuts what is cast to it`,
    spec.dbDefault &&
      (spec.default !== undefined || spec.defaultFrom) &&
      'dbDefault: must not stand beside default()',
    type === 'json' && spec.array && 'array: must be jsonb().array(), as json keeps its text whole',
    whole &&
      (spec.array || spec.from || spec.dbDefault || spec.transform) &&
      `${type}() must not have from(), array(), dbDefault() or transform()`,
    whole &&
      (spec.default !== undefined || spec.defaultFrom) &&
      `${type}() must not have default()`,
  ].filter((problem) => typeof problem === 'string');
}

/** Values that records have; longer ones may be beyond a limit of the column. */
const SAMPLES: { readonly [Name in MetaName]: unknown } = {
  topic: 'topic',
  partition: 0,
  offset: 0,
  timestamp: 0,
  timestampType: 'CREATE_TIME',
  recordId: '00000000-0000-5000-8000-000000000000',
};

/** Tries the default and what Kafka says. */
function valueProblems(spec: ColumnSpec, source: Source): string[] {
  const tried: string[] = [];
  if (spec.default !== undefined) {
    const result = encoder(spec, source)(spec.default);
    if (result instanceof Invalid) tried.push(`default: ${result.message}`);
    else if (takes(typeOf(spec.type), spec as Options) === 'json' && !isJson(spec.default))
      tried.push('default: not JSON');
  }
  for (const from of [source, spec.defaultFrom])
    if (from && isMeta(from) && !spec.transform) {
      const unlimited = { ...spec, min: undefined, max: undefined, length: undefined };
      const result = encoder(unlimited, from)(SAMPLES[from.meta]);
      if (result instanceof Invalid)
        tried.push(`meta.${from.meta} must be in a column that takes ${META_TYPES[from.meta]}`);
    }
  return tried;
}

function sourceProblem(source: unknown): string | null {
  if (typeof source === 'string' || Array.isArray(source)) return pathProblem(source);
  if (isObject(source)) {
    const [name, ...more] = Object.keys(source);
    if (more.length === 0 && name === 'meta') return metaProblem(source.meta);
    if (more.length === 0 && name === 'key')
      return source.key === null ? null : pathProblem(source.key);
    if (more.length === 0 && name === 'header')
      return typeof source.header === 'string' ? null : 'header() must have the name of a header';
  }
  return 'must be a path, key(), header() or meta. something';
}

function pathProblem(path: unknown): string | null {
  const steps = typeof path === 'string' ? path.split('.') : path;
  return Array.isArray(steps) &&
    steps.length > 0 &&
    steps.every((step) => typeof step === 'string' && step !== '')
    ? null
    : "must be a path such as 'customer.email', or ['name.with.dots']";
}

function metaProblem(name: unknown): string | null {
  return typeof name === 'string' && Object.hasOwn(META_TYPES, name)
    ? null
    : `must be one of ${Object.keys(META_TYPES)
        .map((one) => `meta.${one}`)
        .join(', ')}`;
}
