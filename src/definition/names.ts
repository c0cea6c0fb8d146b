import type { ColumnSpec } from './column.ts';
import type { Source } from './sources.ts';

/** Where a column takes its value from: what `.from()` says, or else the field of its name. */
export function sourceOf(name: string, spec: ColumnSpec, fields: 'same' | 'camelCase'): Source {
  return spec.from ?? [fields === 'camelCase' ? camelCase(name) : name];
}

/** What `fields` of a definition says, whatever it is. */
export function namesOf(fields: unknown): 'same' | 'camelCase' {
  return fields === 'camelCase' ? 'camelCase' : 'same';
}

/** `tenant_id` → `tenantId`. */
function camelCase(name: string): string {
  return name.replace(/(?<=[^_])_+([\p{L}\p{N}])/gu, (_, first: string) => first.toUpperCase());
}

const PART = /(?:"(?:[^"\0]|"")+"|[^".\0]+)/g;
const TABLE = new RegExp(`^${PART.source}(?:\\.${PART.source})?$`);

/** @returns one or two parts, not quoted; null when it is no table's name */
export function tableName(text: string): readonly string[] | null {
  if (!TABLE.test(text)) return null;
  const parts = (text.match(PART) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
  return parts.every(isIdentifier) ? parts : null;
}

/** What PostgreSQL does not cut off. */
export function isIdentifier(name: string): boolean {
  return name !== '' && !name.includes('\0') && Buffer.byteLength(name) <= 63;
}
