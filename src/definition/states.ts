import type { States, Table } from '../record/table.ts';
import type { AnyUpsert } from './define.ts';

/**
 * How a table of states is written.
 *
 * @param names of the columns, in their order
 * @param key positions of the key
 */
export function statesOf(
  write: AnyUpsert,
  names: readonly string[],
  key: readonly number[],
): States {
  const { tombstones = 'dead-letter' } = write;
  const isSoft = typeof tombstones === 'object';
  const version = [write.version].flat().map((name) => names.indexOf(name));
  const update = (write.update ?? names).map((name) => names.indexOf(name));
  return {
    version,
    update: [...new Set([...update, ...version])].filter((at) => !key.includes(at)),
    tombstones: isSoft ? 'soft-delete' : tombstones,
    ...(isSoft ? { deletedAt: tombstones.softDelete } : {}),
  };
}

/**
 * Whether a record without a value is passed over. The definition of a table of states says it for itself.
 *
 * @param policy what becomes of it in other tables
 */
export function ignoresTombstones({ states }: Table, policy: string): boolean {
  return (states?.tombstones ?? policy) === 'ignore';
}
