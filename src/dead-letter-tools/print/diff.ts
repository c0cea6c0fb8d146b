import { isUtf8 } from 'node:buffer';
import { isObject } from '../../record/guards.ts';
import { plain } from './plain.ts';
import { isJson, isSensitive, redact, tokensOf } from './redact-json.ts';

/** One difference. A path consists of field names and array indexes. */
export type Change =
  | { readonly kind: 'added'; readonly path: Path; readonly after: unknown }
  | { readonly kind: 'removed'; readonly path: Path; readonly before: unknown }
  | {
      readonly kind: 'changed';
      readonly path: Path;
      readonly before: unknown;
      readonly after: unknown;
    };
type Path = readonly (string | number)[];

/** Deeper values are compared as a whole. */
const MAX_DEPTH = 50;
const MOST = 120;

/**
 * Compares two JSON values. Arrays are compared index by index.
 *
 * @returns the differences in the order of the fields before, then the new fields; none when the values are equal
 */
export function diff(before: unknown, after: unknown, path: Path = []): Change[] {
  if (Object.is(before, after)) return [];
  const deep = path.length >= MAX_DEPTH;
  const sameKind =
    (isObject(before) && isObject(after)) || (Array.isArray(before) && Array.isArray(after));
  if (deep || !sameKind)
    return deep && textOf(before) === textOf(after)
      ? []
      : [{ kind: 'changed', path, before, after }];
  const then = new Map(Object.entries(before));
  const now = new Map(Object.entries(after));
  const childPath = (name: string) => [...path, Array.isArray(before) ? Number(name) : name];
  return [
    ...[...then].flatMap(([name, value]): Change[] =>
      now.has(name)
        ? diff(value, now.get(name), childPath(name))
        : [{ kind: 'removed', path: childPath(name), before: value }],
    ),
    ...[...now].flatMap(([name, value]): Change[] =>
      then.has(name) ? [] : [{ kind: 'added', path: childPath(name), after: value }],
    ),
  ];
}

/**
 * Prints what a transform changes in a value, one line for each difference: `- ` removed, `+ ` added, `~ ` changed.
 *
 * @param before the record's value; null for a tombstone
 * @param options.redact masks body, title and user id, and hides what is not JSON
 */
export function printDiff(
  before: Buffer | null,
  after: Buffer,
  options: { readonly redact: boolean },
): string {
  const [old, changed] = [parse(before), parse(after)];
  if (!changed) return `- ${describe(before, options)}\n+ ${describe(after, options)}`;
  const empty = Array.isArray(changed) ? [] : {};
  const masked = options.redact ? sensitiveTexts([old, changed]) : new Set<unknown>();
  const lines = diff(old ?? empty, changed).map((change) => line(change, { ...options, masked }));
  return [...(old ? [] : [`- ${describe(before, options)}`]), ...lines].join('\n');
}

/** Texts of sensitive fields. They are masked everywhere, as a transform may rename a field. */
function sensitiveTexts(value: unknown, hidden = false, depth = 0): Set<unknown> {
  if (typeof value === 'string') return new Set(hidden && value !== '' ? [value] : []);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return new Set();
  const texts = Object.entries(value).map(([name, child]) =>
    sensitiveTexts(child, hidden || isSensitive(name), depth + 1),
  );
  return new Set(texts.flatMap((set) => [...set]));
}

interface LineOptions {
  readonly redact: boolean;
  readonly masked: ReadonlySet<unknown>;
}

function line(change: Change, options: LineOptions): string {
  const { path } = change;
  const name = nameOf(path);
  const hidden = options.redact && path.some((part) => isSensitive(String(part)));
  const named = path.some((part) => typeof part === 'string');
  const show = (value: unknown) => {
    // Redaction depends on the name: a sensitive one, another, or none.
    const masked = hidden || options.masked.has(value);
    const container = masked ? { title: value } : named ? { value } : [value];
    return shorten(options.redact, container);
  };
  if (change.kind === 'added') return `+ ${name}: ${show(change.after)}`;
  if (change.kind === 'removed') return `- ${name}: ${show(change.before)}`;
  return `~ ${name}: ${show(change.before)} → ${show(change.after)}`;
}

/** JSON of the only value in an object or an array, on one line. */
function shorten(isRedacted: boolean, container: object): string {
  const tokens = tokensOf(textOf(container) ?? '{"value":"too deep to be shown"}');
  const shown = isRedacted ? redact(tokens) : tokens;
  return plain(shown.slice(shown[0] === '{' ? 3 : 1, -1).join(''), MOST);
}

/** `address.lines[0]`, or `["odd name"]` when a dot would be ambiguous. */
function nameOf(path: Path): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return /^[A-Za-z_$][\w$-]*$/.test(part) ? `.${part}` : `[${plain(JSON.stringify(part), MOST)}]`;
  });
  return parts.join('').replace(/^\./, '') || 'value';
}

function parse(bytes: Buffer | null): unknown {
  const text = bytes && isUtf8(bytes) ? bytes.toString() : '';
  return isJson(text) ? JSON.parse(text) : null;
}

/** Describes a value as a whole. */
function describe(bytes: Buffer | null, options: { readonly redact: boolean }): string {
  if (bytes === null) return 'value: a tombstone';
  const value = parse(bytes);
  if (value) return `value: ${shorten(options.redact, [value])}`;
  const size = `value: ${bytes.length} bytes that are not JSON`;
  return options.redact || !isUtf8(bytes) ? size : `${size}: ${plain(bytes.toString(), MOST)}`;
}

function textOf(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}
