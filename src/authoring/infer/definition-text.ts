import type { CatalogueColumn, CatalogueTable } from './catalogue.ts';
import { checkVersion } from './check-version.ts';
import { chooseKey, type Key } from './choose-key.ts';
import { columnText } from './column-text.ts';
import { comment, quoted } from './literal.ts';
import { metaOf } from './meta-text.ts';

/** The text of a definition file, in TypeScript that is JavaScript too. */
export interface DefinitionText {
  readonly text: string;
  /** How many things a person must decide; each is marked in the text. */
  readonly decisions: number;
}

const LINE = 100;

/**
 * @param names as the definition says them
 * @param version columns that tell newer from older, for a table of states; none where rows are inserted once, and stay
 * @throws {AuthoringError} when the version cannot be it
 */
export function definitionText(
  catalogue: CatalogueTable,
  names: { readonly topic: string; readonly table: string },
  version: readonly string[] = [],
): DefinitionText {
  const key = chooseKey(catalogue);
  checkVersion(version, catalogue, key.index?.columns ?? []);
  const inKey = new Set(key.index?.columns);
  // A version cannot wait for the table's default.
  const isVersion = ({ name }: CatalogueColumn) => version.includes(name);
  const columns = catalogue.columns.map((column) =>
    columnText(isVersion(column) ? { ...column, default: null } : column, inKey.has(column.name)),
  );
  const undecided = columns.filter(({ isToDecide }) => isToDecide).length;
  const decisions = undecided + (key.index ? 0 : 1);
  const lines = [
    ...imports(columns.flatMap(({ uses }) => uses)),
    '',
    ...head(names, decisions),
    'export default defineSink({',
    `  topic: ${quoted(names.topic)},`,
    `  table: ${quoted(names.table)},`,
    ...keyLines(key),
    ...writeLines(version),
    ...fieldsHint(catalogue),
    '  columns: {',
    ...columns.flatMap((column) => column.lines),
    '  },',
    '});',
    '',
  ];
  return { text: lines.join('\n'), decisions };
}

function imports(uses: readonly string[]): string[] {
  const names = [...new Set(['defineSink', ...uses])].sort((one, other) =>
    one.localeCompare(other),
  );
  const line = `import { ${names.join(', ')} } from 'kafka-pg-sink';`;
  if (line.length <= LINE) return [line];
  return ['import {', ...names.map((name) => `  ${name},`), "} from 'kafka-pg-sink';"];
}

function head({ topic, table }: { topic: string; table: string }, decisions: number): string[] {
  const marked = 'marked with "Decide:" below';
  const left =
    decisions === 1
      ? `One thing is to be decided, ${marked}.`
      : `${decisions} things are to be decided, each ${marked}.`;
  return [
    ...comment(`The topic ${topic} into the table ${table}, as the table is now.`, ''),
    ...(decisions === 0 ? [] : comment(left, '')),
  ];
}

function keyLines(key: Key): string[] {
  if (key.index) {
    const names = key.index.columns.map(quoted);
    return [`  key: ${names.length === 1 ? names[0] : `[${names.join(', ')}]`},`];
  }
  const why =
    key.obstacles.length === 0
      ? 'the table has no primary key and no unique index'
      : `no unique index of the table can be the key (${key.obstacles.join('; ')})`;
  return [
    ...comment(
      `Decide: ${why}. Name the columns that tell one record from another: all NOT NULL, with a unique index over exactly them.`,
      '  ',
    ),
    '  key: [],',
  ];
}

function writeLines(version: readonly string[]): string[] {
  if (version.length === 0)
    return [
      "  // write: { onConflict: 'dead-letter' }, // default: a record whose key is taken is passed over",
    ];
  const names = version.map(quoted);
  return [
    '  write: {',
    "    mode: 'upsert',",
    `    version: ${names.length === 1 ? names[0] : `[${names.join(', ')}]`},`,
    "    // tombstones: { softDelete: 'deleted_at' }, // or 'delete'; default: they are dead-lettered",
    "    // absent: 'null', // default: a column whose field is absent stays as it is",
    '  },',
  ];
}

/** Most tables have names with underscores, and many records have none. */
function fieldsHint({ columns }: CatalogueTable): string[] {
  const [name] = columns.flatMap((column) =>
    /^[a-z]+_[a-z]+$/.test(column.name) && metaOf(column) === null ? column.name : [],
  );
  if (name === undefined) return [];
  const field = name.replace(/_([a-z])/, (_, letter: string) => letter.toUpperCase());
  return [`  // fields: 'camelCase', // where the records have ${field} for ${name}`];
}
