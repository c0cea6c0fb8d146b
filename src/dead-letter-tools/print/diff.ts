import { isUtf8 } from 'node:buffer';
import { isObject } from '../../record/guards.ts';
import { plain } from './plain.ts';
import { isJson, isSensitive, redact, tokensOf } from './redact-json.ts';

/** One difference. A path's parts are names of fields and places in arrays. */
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

/** What lies deeper is compared as a whole. */
const MAX_DEPTH = 50;
const MOST = 120;

/**
 * Compares two JSON values. Arrays are compared place by place.
 *
 * @returns in the order of the fields before, then of those that are new; of equal values none
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
  const part = (name: string) => [...path, Array.isArray(before) ? Number(name) : name];
  return [
    ...[...then].flatMap(([name, value]): Change[] =>
      now.has(name)
        ? diff(value, now.get(name), part(name))
        : [{ kind: 'removed', path: part(name), before: value }],
    ),
    ...[...now].flatMap(([name, value]): Change[] =>
      then.has(name) ? [] : [{ kind: 'added', path: part(name), after: value }],
    ),
  ];
}

/**
 * Prints what a transform did to a value, a line for each difference: `- ` removed, `+ ` added, `~ ` changed.
 *
 * @param before the record's value; null for a tombstone
 * @param options.redact masks body, title and user id, and hides what is not JSON
 */
export function printDiff(
  before: Buffer | null,
  after: Buffer,
  options: { readonly redact: boolean },
): string {
  const [old, young] = [parse(before), parse(after)];
  if (!young) return `- ${describe(before, options)}\n+ ${describe(after, options)}`;
  const empty = Array.isArray(young) ? [] : {};
  const masked = options.redact ? sensitiveTexts([old, young]) : new Set<unknown>();
  const lines = diff(old ?? empty, young).map((change) => line(change, { ...options, masked }));
  return [...(old ? [] : [`- ${describe(before, options)}`]), ...lines].join('\n');
}

/** Texts that are masked under their name; a transform may give them another, or take them from under another. */
function sensitiveTexts(value: unknown, hidden = false, depth = 0): Set<unknown> {
  if (typeof value === 'string') return new Set(hidden && value !== '' ? [value] : []);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return new Set();
  const parts = Object.entries(value).map(([name, part]) =>
    sensitiveTexts(part, hidden || isSensitive(name), depth + 1),
  );
  return new Set(parts.flatMap((part) => [...part]));
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
    // As it stands there: under a name that is masked, under another, or under none.
    const masked = hidden || options.masked.has(value);
    const place = masked ? { title: value } : named ? { value } : [value];
    return shorten(options.redact, place);
  };
  if (change.kind === 'added') return `+ ${name}: ${show(change.after)}`;
  if (change.kind === 'removed') return `- ${name}: ${show(change.before)}`;
  return `~ ${name}: ${show(change.before)} → ${show(change.after)}`;
}

/** JSON of the only value of an object or an array, on one line. */
function shorten(isRedacted: boolean, place: object): string {
  const tokens = tokensOf(textOf(place) ?? '{"value":"too deep to be shown"}');
  const shown = isRedacted ? redact(tokens) : tokens;
  return plain(shown.slice(shown[0] === '{' ? 3 : 1, -1).join(''), MOST);
}

/** `address.lines[0]`, and `["odd name"]` where a dot would mislead. */
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

/** A value as a whole. */
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
