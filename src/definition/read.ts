import { originOf } from '../record/origin.ts';
import type { SinkRecord } from '../record/record.ts';
import { isFields } from './exact-json.ts';
import { type Input, readDocument, readText } from './input.ts';
import { Invalid } from './invalid.ts';
import { follow, type ShowPath, stepsOf } from './path.ts';
import { recordId } from './record-id.ts';
import type { HeaderSource, KeySource, MetaName, MetaSource, Source } from './sources.ts';

/** @returns a value in JSON; undefined when it is absent; an issue when it cannot be read */
export type Read = (input: Input) => unknown;

/** How a column takes bytes. */
export type Form = 'text' | 'bytes' | 'json';

/** Reads what a source names. */
export function reader(source: Source, form: Form): Read {
  if (isMeta(source)) return metaReader(source.meta);
  if (isKey(source)) return keyReader(source, form);
  if (isHeader(source)) return headerReader(source.header, form);
  return fieldReader(stepsOf(source));
}

/** How an issue names a source: as the definition does. */
export function labelOf(source: Source): string {
  if (isMeta(source)) return `meta.${source.meta}`;
  if (isKey(source)) return source.key === null ? 'key' : `key(${stepsOf(source.key).join('.')})`;
  if (isHeader(source)) return `header(${source.header})`;
  return stepsOf(source).join('.');
}

export function isMeta(source: Source): source is MetaSource {
  return isObjectWith(source, 'meta');
}

export function isKey(source: Source): source is KeySource {
  return isObjectWith(source, 'key');
}

export function isHeader(source: Source): source is HeaderSource {
  return isObjectWith(source, 'header');
}

/** Whether a source is a path into the record's value. */
export function isField(source: Source): source is string | readonly string[] {
  return typeof source === 'string' || Array.isArray(source);
}

function isObjectWith(source: Source, name: string): boolean {
  return typeof source === 'object' && !Array.isArray(source) && name in source;
}

const showField: ShowPath = (steps) => steps.join('.');
const showKey: ShowPath = (steps) => (steps.length === 0 ? 'key' : `key(${steps.join('.')})`);

/** `decode` has made sure that the value is an object. */
function fieldReader(steps: readonly string[]): Read {
  return ({ value }) => follow(value, steps, showField);
}

/**
 * The name of a field that can be looked up: of all objects only a few names are there without being their own.
 *
 * @returns null for any other source
 */
export function plainName(source: Source): string | null {
  if (!isField(source)) return null;
  const [name = '', ...below] = stepsOf(source);
  return below.length > 0 || name in Object.prototype ? null : name;
}

const NOT_AN_OBJECT = new Invalid('not a JSON object', '', 'key');

function keyReader({ key: path }: KeySource, form: Form): Read {
  if (path !== null) {
    const steps = stepsOf(path);
    return (input) => {
      const document = keyDocument(input);
      if (document === null || document instanceof Invalid) return document ?? undefined;
      const { value } = document;
      if (value === null) return undefined;
      const hasFields = isFields(value) || Array.isArray(value);
      return hasFields ? follow(value, steps, showKey) : NOT_AN_OBJECT;
    };
  }
  if (form === 'bytes') return ({ record }) => record.key ?? undefined;
  if (form === 'text') return ({ record }) => (record.key ? readText(record.key) : undefined);
  return (input) => {
    const document = keyDocument(input);
    if (document === null) return undefined;
    return document instanceof Invalid ? document : document.value;
  };
}

/** Parsed once for all columns of a record. @returns null without a key */
export function keyDocument(input: Input) {
  if (input.key !== undefined) return input.key;
  const { key } = input.record;
  if (key === null) return null;
  const document = readDocument(key);
  input.key = document instanceof Invalid ? new Invalid(document.message, '', 'key') : document;
  return input.key;
}

function headerReader(name: string, form: Form): Read {
  return ({ record }) => {
    const bytes = lastHeader(record, name);
    if (bytes === null || form === 'bytes') return bytes ?? undefined;
    if (form === 'text') return readText(bytes);
    const document = readDocument(bytes);
    return document instanceof Invalid ? document : document.value;
  };
}

export function lastHeader({ headers }: SinkRecord, name: string): Buffer | null {
  return headers.findLast((header) => header.name === name)?.value ?? null;
}

const META: { readonly [Name in MetaName]: (record: SinkRecord) => unknown } = {
  topic: ({ topic }) => topic,
  partition: ({ partition }) => partition,
  offset: ({ offset }) => offset,
  timestamp: ({ timestamp }) => (timestamp < 0 ? undefined : timestamp),
  timestampType: ({ timestampType }) => timestampType ?? undefined,
  recordId: (record) => recordId(originOf(record)),
};

function metaReader(name: MetaName): Read {
  const read = META[name];
  return ({ record }) => read(record);
}
