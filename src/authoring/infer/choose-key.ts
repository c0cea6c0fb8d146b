import type { CatalogueColumn, CatalogueIndex, CatalogueTable } from './catalogue.ts';
import { computedBy, numberedBy } from './column-text.ts';
import { list } from './literal.ts';
import { typeText } from './type-text.ts';

/** The key of a definition; or why each unique index of the table cannot be it. */
export type Key =
  | { readonly index: CatalogueIndex }
  | { readonly index: null; readonly obstacles: readonly string[] };

/**
 * Chooses the key: the primary key, or else a unique index whose columns always have a value that the sink knows. One with
 * numbers that the table gives comes last, because a record that comes twice would get two.
 */
export function chooseKey({ columns, indexes }: CatalogueTable): Key {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const columnsOf = (index: CatalogueIndex) =>
    index.columns.flatMap((name) => byName.get(name) ?? []);
  const usable = indexes.filter((index) => obstacleOf(index, columnsOf(index)) === null);
  const index = usable.find((one) => columnsOf(one).every(isKnown)) ?? usable[0];
  if (index) return { index };
  const obstacles = indexes.map((one) => `${one.name}: ${obstacleOf(one, columnsOf(one))}`);
  return { index: null, obstacles };
}

function isKnown(column: CatalogueColumn): boolean {
  return numberedBy(column) === null;
}

function obstacleOf(index: CatalogueIndex, columns: readonly CatalogueColumn[]): string | null {
  if (index.obstacle !== null) return index.obstacle;
  const namesOf = (some: readonly CatalogueColumn[]) => list(some.map(({ name }) => name));
  const nullable = columns.filter(({ notNull }) => !notNull);
  if (nullable.length > 0) return `${namesOf(nullable)} can be NULL`;
  const computed = columns.filter((column) => computedBy(column) !== null);
  if (computed.length > 0) return `the table alone fills ${namesOf(computed)}`;
  const undecided = columns.filter((column) => !typeText(column).isUsable);
  return undecided.length > 0 ? `${namesOf(undecided)} must be decided first, below` : null;
}
