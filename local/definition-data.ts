import definition from '../sink.config.ts';

/**
 * The definition of the notifications as plain data, for a file that a command loads.
 *
 * @param changes fields that take the place of its own
 */
export function definitionData(
  changes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const columns = Object.entries(definition.columns).map(([name, { spec }]) => [name, spec]);
  return { ...definition, columns: Object.fromEntries(columns), ...changes };
}
