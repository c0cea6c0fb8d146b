import definition from '../sink.config.ts';
import type { CompiledSink } from '../src/definition/compile.ts';
import { compileSinks } from '../src/definition/sinks.ts';
import type { SinkRecord } from '../src/record/record.ts';
import type { Values } from '../src/record/table.ts';

/** The sink that ships: notifications. */
export const SINK = compileSinks(definition).all[0] as CompiledSink;

/**
 * The row that the sink makes of a value.
 *
 * @throws {Error} when it makes none
 */
export function rowOf(
  value: unknown,
  coordinates: Pick<SinkRecord, 'topic' | 'partition' | 'offset' | 'timestamp'>,
): Values {
  const decoded = SINK.decode({
    ...{ ...coordinates, timestampType: 'CREATE_TIME', key: null, headers: [] },
    value: Buffer.from(JSON.stringify(value)),
  });
  if ('row' in decoded) return decoded.row;
  throw new Error('The sink must store every value of a benchmark.');
}
