import { errorName } from '../record/errors.ts';
import { type Issue, type PassedOver, type Rejected, reject } from '../record/fates.ts';
import type { SinkRecord } from '../record/record.ts';
import type { RecordRow } from '../record/row.ts';
import type { Table, Values } from '../record/table.ts';
import { type Cell, cellOf } from './cell.ts';
import type { AnyDefinition } from './define.ts';
import { DefinitionError } from './definition-error.ts';
import { isTooDeep, TOO_DEEP } from './depth.ts';
import { isFields, parseExact } from './exact-json.ts';
import { type Filter, filterOf } from './filter.ts';
import { type Input, readText } from './input.ts';
import type { Invalid } from './invalid.ts';
import { planOf } from './plan.ts';
import { type Sensitive, sensitiveOf } from './sensitive.ts';
import { variantsOf } from './variants.ts';

/** A definition, ready to decode records: all that the rest of the sink sees of it. */
export interface CompiledSink {
  /** In messages and metrics. */
  readonly name: string;
  /** Without a pattern's flags that depend on what was matched before. */
  readonly topic: string | RegExp;
  readonly table: Table;
  /** What `--redact` masks. */
  readonly sensitive: Sensitive;
  /** Decodes a record of the topic. An invalid one costs only itself; nothing that is said of it quotes it. */
  decode(record: SinkRecord): Decoded;
}

/** The table of a row is the sink's; or that table without the columns that the row leaves to the table's own defaults. */
export type Decoded = RecordRow | Rejected | PassedOver;

/** @param definition in which `findProblems` finds none */
export function compile(definition: AnyDefinition): CompiledSink {
  const { name = String(definition.topic), topic } = definition;
  const { table, cells, labels, ofValue, paths, needsObject, needsExact } = planOf(definition);
  const { tombstones } = table.states ?? {};
  const takesTombstones = tombstones === 'delete' || tombstones === 'soft-delete';
  const filter = filterOf(definition, name, paths);
  const withoutDefaults = variantsOf(table);
  const tombstoneCells = cells.map((cell, at) => (ofValue[at] ? () => undefined : cell));
  const parse = needsExact ? parseExact : JSON.parse;
  const input = {} as Input;

  function decode(record: SinkRecord): Decoded {
    if (record.value === null)
      return takesTombstones ? toTombstone(record) : reject(record, 'tombstone', 'value: absent');
    const text = readText(record.value);
    if (typeof text !== 'string') return reject(record, 'invalid_utf8', `value: ${text.message}`);
    input.record = record;
    input.text = text;
    input.key = undefined;
    if (isTooDeep(text)) return invalid(record, [issueOf(TOO_DEEP, '')]);
    try {
      input.value = parse(text);
    } catch {
      // The parser's message quotes the text.
      return reject(record, 'invalid_json', 'value: not JSON');
    }
    return filter === null ? toRow(record) : filtered(record, filter);
  }

  function filtered(record: SinkRecord, { where, judge }: Filter): Decoded {
    // What users wrote gets plain JSON, and one of its own: what it changes there changes no row.
    const plain = JSON.parse(input.text);
    let issues: readonly Issue[];
    try {
      if (where && !where(plain, record)) return { record, rule: 'where' };
      issues = judge?.(plain) ?? [];
    } catch (error) {
      if (error instanceof DefinitionError) throw error;
      // A value that nobody thought of; as a failure it would come again and again.
      issues = [{ path: '', message: `where or schema threw ${errorName(error)}` }];
    }
    const row = toRow(record);
    if (issues.length === 0) return row;
    return invalid(record, 'details' in row ? [...row.details.issues, ...issues] : issues);
  }

  function toRow(record: SinkRecord): RecordRow | Rejected {
    if (needsObject && !isFields(input.value)) return invalid(record, NOT_AN_OBJECT);
    return fill(record, cells);
  }

  /** What users wrote to judge values is not asked: there is none. */
  function toTombstone(record: SinkRecord): RecordRow | Rejected {
    input.record = record;
    input.text = '';
    input.key = undefined;
    input.value = undefined;
    const row = fill(record, tombstoneCells);
    if (!('row' in row)) return row;
    if (tombstones === 'delete') return { ...row, isTombstone: true };
    const deletedAt = timeOf(input) ?? new Date().toISOString();
    if (typeof deletedAt !== 'string') return invalid(record, [issueOf(deletedAt, 'timestamp')]);
    return { ...row, isTombstone: true, deletedAt };
  }

  function fill(record: SinkRecord, all: readonly Cell[]): RecordRow | Rejected {
    const row: (string | null | undefined)[] = new Array(all.length);
    let issues: Issue[] | null = null;
    let complete = true;
    for (let index = 0; index < all.length; index += 1) {
      const value = (all[index] as Cell)(input);
      if (typeof value === 'string' || value === null) row[index] = value;
      else if (value === undefined) complete = false;
      else {
        issues ??= [];
        issues.push(issueOf(value, labels[index] as string));
      }
    }
    if (issues) return invalid(record, issues);
    if (complete) return { record, row: row as Values, table };
    return table.states
      ? { record, table, ...withAbsent(row) }
      : { record, ...withoutDefaults(row) };
  }

  return {
    name,
    topic: topic instanceof RegExp ? new RegExp(`^(?:${topic.source})$`, topic.flags) : topic,
    table,
    sensitive: sensitiveOf(definition),
    decode,
  };
}

/** In a table of states, what a record does not mention is no default's: it may be there already. */
function withAbsent(row: readonly (string | null | undefined)[]) {
  return {
    // Not by map(), which leaves holes where nothing was written.
    row: Array.from(row, (value) => value ?? null),
    absent: [...row.keys()].filter((at) => row[at] === undefined),
  };
}

/** The record's own time; null where it has none. */
const timeOf = cellOf({ type: 'timestamptz', nullable: true }, { meta: 'timestamp' });

const NOT_AN_OBJECT: readonly Issue[] = [{ path: '', message: 'not a JSON object' }];

/** @param label of the place that the column takes; empty for the value as a whole */
function issueOf({ message, below, path }: Invalid, label: string): Issue {
  return { path: path ?? [label, below].filter(Boolean).join('.'), message };
}

function invalid(record: SinkRecord, issues: readonly Issue[]): Rejected {
  const message = issues.map((issue) => `${issue.path || 'value'}: ${issue.message}`).join('; ');
  return reject(record, 'invalid_value', message, issues);
}
