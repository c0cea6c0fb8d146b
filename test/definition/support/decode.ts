import type { Column } from '../../../src/definition/column.ts';
import { text } from '../../../src/definition/columns.ts';
import type { CompiledSink, Decoded } from '../../../src/definition/compile.ts';
import type { AnyDefinition } from '../../../src/definition/define.ts';
import { compileSinks } from '../../../src/definition/sinks.ts';
import { header } from '../../../src/definition/sources.ts';
import type { SinkRecord } from '../../../src/record/record.ts';
import { sinkRecord } from '../../support/records.ts';

/** Compiles a definition of these columns, with a key of its own behind them, which needs nothing of the value. */
export function sinkOf(
  columns: Readonly<Record<string, Column>>,
  more: Partial<AnyDefinition> = {},
): CompiledSink {
  const id = text().from(header('id')).default('k');
  const definition = { topic: 't', table: 't', key: 'id', columns: { ...columns, id }, ...more };
  return compileSinks(definition).all[0] as CompiledSink;
}

/**
 * Decodes a record.
 *
 * @param value JSON as it is, bytes, or anything else as JSON
 * @returns the values by column; or the message of the rejection
 */
export function decodeWith(
  sink: CompiledSink,
  value: unknown,
  fields: Partial<SinkRecord> = {},
): Readonly<Record<string, string | null>> | string {
  return shown(sink.decode(sinkRecord(value, fields)));
}

function shown(decoded: Decoded): Readonly<Record<string, string | null>> | string {
  if ('rule' in decoded) return `passed over: ${decoded.rule}`;
  if ('reason' in decoded) return `${decoded.reason}: ${decoded.message}`;
  const { table, row } = decoded;
  return Object.fromEntries(
    table.columns
      .map(({ name }, index) => [name, row[index] ?? null] as const)
      .filter(([name]) => name !== 'id'),
  );
}

/** What a column makes of the field `c` with this value in JSON; undefined leaves it out. */
export function outcomeOf(column: Column, json: string | undefined): string | null | undefined {
  const value = json === undefined ? '{}' : `{"c":${json}}`;
  const outcome = decodeWith(sinkOf({ c: column }), value);
  return typeof outcome === 'string'
    ? outcome.replace(/^invalid_value: (?:c|value)(?:: )?/, '! ')
    : outcome.c;
}
