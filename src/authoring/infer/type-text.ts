import type { CatalogueColumn } from './catalogue.ts';
import { quoted } from './literal.ts';

/** The type of a column as a definition writes it. */
export interface TypeText {
  /** The function of `kafka-pg-sink` that makes it. */
  readonly uses: string;
  /** A call of that function: `numeric({ precision: 12, scale: 2 })`. */
  readonly text: string;
  /** What a person must decide; null where nothing is left to decide. */
  readonly decide: string | null;
  /** Whether the column can be written before that is decided. */
  readonly isUsable: boolean;
}

type Writer = (column: CatalogueColumn) => string;
const plain = (uses: string): readonly [string, Writer] => [uses, () => `${uses}()`];

/** By the name in the catalogue: the function, and a call of it. */
const KNOWN: Readonly<Record<string, readonly [uses: string, text: Writer]>> = {
  text: plain('text'),
  varchar: plain('text'),
  uuid: plain('uuid'),
  bool: plain('boolean'),
  int2: plain('smallint'),
  int4: plain('integer'),
  int8: plain('bigint'),
  float4: plain('real'),
  float8: plain('doublePrecision'),
  timestamptz: plain('timestamptz'),
  timestamp: plain('timestamp'),
  date: plain('date'),
  time: plain('time'),
  interval: plain('interval'),
  json: plain('json'),
  jsonb: plain('jsonb'),
  bytea: plain('bytea'),
  inet: plain('inet'),
  numeric: ['numeric', ({ limit }) => `numeric(${precision(limit)})`],
};

function precision([digits, scale = 0]: readonly number[]): string {
  if (digits === undefined) return '';
  return `{ precision: ${digits}${scale === 0 ? '' : `, scale: ${scale}`} }`;
}

/** Of a varchar, by PostgreSQL. */
const MOST_CHARACTERS = 10_485_760;

/** Types that round what their precision does not hold. */
const ROUNDING: ReadonlySet<string> = new Set([
  'time',
  'timetz',
  'timestamp',
  'timestamptz',
  'interval',
]);

/** What is to be decided about types that change a value, or depend on the session. */
const DOUBTFUL: Readonly<Record<string, string>> = {
  bpchar:
    'pads a text with spaces, so that doctor refuses it: change the column to varchar or text',
  bit: 'has one length, to which a cast cuts, so that doctor refuses it: change the column to varbit',
  money:
    'reads and writes its values as lc_monetary says: change the column to numeric, or take strings as it does',
  xml: 'has no equality, and the records hold JSON: change the column to text, or take strings that are XML',
  name: 'cuts a text at 63 bytes in silence: change the column to text, or take it as it is',
  char: 'cuts a text to one byte in silence: change the column to text, or take it as it is',
};

const COMPOSITE = 'is a composite type: change the column to jsonb, or take strings such as (1,2)';
const PSEUDO = 'has no values of its own: change the type of the column';
const JSON_ARRAY = 'cannot be an array here: change the column to jsonb[] or json';

/** What the type is once the column is changed so. */
const CHANGED: ReadonlyMap<string, string> = new Map([
  ['bpchar', 'varchar'],
  ['bit', 'varbit'],
]);

/** Writes the type of a column, an array as one of its elements. */
export function typeText(column: CatalogueColumn): TypeText {
  const { type, kind, dimensions, modified, declared } = column;
  const [uses, element] = elementOf(column);
  const text = `${element}${'.array()'.repeat(Math.min(dimensions, 6))}`;
  const doubt = doubtOf(column);
  if (doubt !== null)
    return { uses, text, decide: `is ${declared}, which ${doubt}`, isUsable: false };
  const rounds = kind === 'b' && ROUNDING.has(type) && modified;
  const decide = rounds
    ? `is ${declared}, which rounds in silence, so that doctor refuses it: change the column to one without a precision`
    : null;
  return { uses, text, decide, isUsable: true };
}

function doubtOf({ type, kind, dimensions }: CatalogueColumn): string | null {
  if (kind === 'p') return PSEUDO;
  if (kind === 'c') return COMPOSITE;
  if (kind !== 'b') return null;
  if (type === 'json' && dimensions > 0) return JSON_ARRAY;
  return Object.hasOwn(DOUBTFUL, type) ? (DOUBTFUL[type] ?? null) : null;
}

function elementOf(column: CatalogueColumn): readonly [uses: string, text: string] {
  const { type, kind, labels, limit, category, typeName, dimensions } = column;
  if (kind === 'e')
    return ['pgEnum', `pgEnum(${quoted(typeName)}, [${labels.map(quoted).join(', ')}])`];
  if (kind !== 'b') {
    // Numbers and booleans are those in JSON too.
    const options = kind === 'd' && /[NB]/.test(category) ? ', { coerce: true }' : '';
    return ['custom', `custom(${quoted(typeName)}${options})`];
  }
  const name = type === 'json' && dimensions > 0 ? 'jsonb' : (CHANGED.get(type) ?? type);
  // An array of text is of another type, with which no conflict would be found.
  const [length = dimensions > 0 ? MOST_CHARACTERS : undefined] = limit;
  if (name === 'varchar' && length !== undefined)
    return ['varchar', `varchar({ length: ${length} })`];
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  if (known) return [known[0], known[1](column)];
  return ['custom', `custom(${quoted(name === type ? typeName : name)})`];
}
