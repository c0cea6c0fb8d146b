import { META_TYPES, type MetaName } from '../../definition/sources.ts';
import type { CatalogueColumn } from './catalogue.ts';

/** What a column is called that holds what Kafka says of a record. */
const NAME = /^(?:source|kafka)_?(topic|partition|offset|timestamp|timestamp_?type|record_?id)$/i;

const NAMES = new Map(
  (Object.keys(META_TYPES) as MetaName[]).map((name) => [name.toLowerCase(), name]),
);

/** Types by their names in the catalogue, that hold every value; the first is that of `meta.` something itself. */
const TYPES: Readonly<Record<MetaName, readonly string[]>> = {
  topic: ['text', 'varchar'],
  partition: ['int4', 'int8', 'numeric'],
  offset: ['int8', 'numeric'],
  timestamp: ['timestamptz'],
  timestampType: ['text', 'varchar'],
  recordId: ['uuid'],
};

/**
 * Suggests what Kafka says of a record, by a column's name and type.
 *
 * @returns for a column of its type `meta.` something alone is enough; null where the column is another one
 */
export function metaOf({ name, type, kind, dimensions, modified }: CatalogueColumn): {
  readonly meta: MetaName;
  readonly isEnough: boolean;
} | null {
  const [, found = ''] = NAME.exec(name) ?? [];
  const meta = NAMES.get(found.replace('_', '').toLowerCase());
  if (meta === undefined || kind !== 'b' || dimensions > 0) return null;
  const [own, ...others] = TYPES[meta];
  if (type === own && !modified) return { meta, isEnough: true };
  // A precision would round, a length may be too short.
  return others.includes(type) && (type === 'varchar' || !modified)
    ? { meta, isEnough: false }
    : null;
}
