import { AuthoringError } from '../authoring-error.ts';
import type { CatalogueTable } from './catalogue.ts';
import { computedBy, numberedBy } from './column-text.ts';
import { list } from './literal.ts';

/**
 * Checks the columns that a person has named as the version of a table of states. What the definition says of their order,
 * such as an offset that comes first, it says at start.
 *
 * @param key columns of the key
 * @throws {AuthoringError} that names the columns which cannot be in it
 */
export function checkVersion(
  version: readonly string[],
  { columns }: CatalogueTable,
  key: readonly string[],
): void {
  for (const name of version) {
    const column = columns.find((one) => one.name === name);
    if (!column)
      throw new AuthoringError(
        `--upsert-by ${name}: must be a column of the table, which has ${list(columns.map((one) => one.name))}.`,
      );
    if (key.includes(name))
      throw new AuthoringError(
        `--upsert-by ${name}: must not be in the key: each version would have a row.`,
      );
    if (!column.notNull)
      throw new AuthoringError(
        `--upsert-by ${name}: must be NOT NULL: nothing is newer than NULL.`,
      );
    if (computedBy(column) !== null || numberedBy(column) !== null)
      throw new AuthoringError(
        `--upsert-by ${name}: must not be a column that the table fills itself.`,
      );
  }
}
