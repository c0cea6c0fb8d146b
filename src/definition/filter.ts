import type { Issue } from '../record/fates.ts';
import type { SinkRecord } from '../record/record.ts';
import type { AnyDefinition } from './define.ts';
import { DefinitionError } from './definition-error.ts';
import { schemaJudge } from './schema.ts';

/** What a definition says of values as a whole. Both get the value as `JSON.parse` does. */
export interface Filter {
  /** Whether the record is stored. */
  readonly where: ((value: unknown, record: SinkRecord) => boolean) | null;
  readonly judge: ((value: unknown) => readonly Issue[]) | null;
}

/**
 * @param name of the definition
 * @param paths of the fields that its columns take
 * @returns null where there is nothing to ask
 */
export function filterOf(
  { where, schema }: Pick<AnyDefinition, 'where' | 'schema'>,
  name: string,
  paths: readonly (readonly string[])[],
): Filter | null {
  if (!where && !schema) return null;
  return {
    where: where ? checked(where, name) : null,
    judge: schema ? schemaJudge(schema, new Set(paths.flat()), name) : null,
  };
}

/** A promise is always true, so that every record would be stored. */
function checked(where: NonNullable<AnyDefinition['where']>, name: string): typeof where {
  return (value, record) => {
    const result: unknown = where(value, record);
    if (!(result instanceof Promise)) return Boolean(result);
    result.catch(() => {});
    throw new DefinitionError([`${name}: where: must not be asynchronous`]);
  };
}
