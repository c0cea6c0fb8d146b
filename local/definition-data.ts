import notifications from '../sink.config.ts';
import type { AnyDefinition } from '../src/definition/define.ts';

/**
 * A definition as plain data, for a file that a command loads.
 *
 * @param changes fields that take the place of its own
 * @param definition default: that of the notifications
 */
export function definitionData(
  changes: Readonly<Record<string, unknown>>,
  definition: AnyDefinition = notifications,
): Readonly<Record<string, unknown>> {
  const columns = Object.entries(definition.columns).map(([name, { spec }]) => [name, spec]);
  return { ...definition, columns: Object.fromEntries(columns), ...changes };
}
