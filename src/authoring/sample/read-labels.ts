import type pg from 'pg';
import type { ColumnSpec } from '../../definition/column.ts';
import type { AnyDefinition } from '../../definition/define.ts';
import { specOf } from '../../definition/spec-of.ts';
import { quotedType } from '../../definition/types/options.ts';

/** Reads the values of the enums, which a definition need not know, from the database: by the names of their types. */
export async function readLabels(
  client: pg.ClientBase,
  definitions: readonly AnyDefinition[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = definitions.flatMap(({ columns }) =>
    Object.values(columns).flatMap((column) => {
      const { type, name } = specOf(column) as ColumnSpec;
      return type === 'enum' ? [String(name)] : [];
    }),
  );
  const labels = new Map<string, string[]>();
  for (const name of new Set(names)) {
    const { rows } = await client.query<{ label: string }>(
      'SELECT enumlabel AS label FROM pg_enum WHERE enumtypid = to_regtype($1) ORDER BY enumsortorder',
      [quotedType(name)],
    );
    if (rows.length > 0)
      labels.set(
        name,
        rows.map(({ label }) => label),
      );
  }
  return labels;
}
