import { isUtf8 } from 'node:buffer';
import { digitsOf, isFields, parseToWriteAgain } from '../../definition/exact-json.ts';
import type { SinkRecord } from '../../record/record.ts';
import { hiddenIn } from './hidden.ts';
import { isJson, tokensOf } from './json-tokens.ts';
import { maskJson, ruleAt } from './mask-json.ts';
import { plain } from './plain.ts';
import type { Redaction, Rule } from './redaction.ts';

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
 * Compares two JSON values; numbers may be exact ones, see `exact-json.ts`. Arrays are compared index by index.
 *
 * @returns the differences in the order of the fields before, then the new fields; none when the values are equal
 */
export function diff(before: unknown, after: unknown, path: Path = []): Change[] {
  if (Object.is(before, after)) return [];
  const deep = path.length >= MAX_DEPTH;
  const sameKind =
    (isFields(before) && isFields(after)) || (Array.isArray(before) && Array.isArray(after));
  if (deep || !sameKind) {
    const digits = digitsOf(before);
    const same = deep ? textOf(before) === textOf(after) : digits && digits === digitsOf(after);
    return same ? [] : [{ kind: 'changed', path, before, after }];
  }
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
 * @param record as it was; its value is null for a tombstone
 * @param redaction what is shown of the record; null for everything. What is not JSON is then hidden.
 */
export function printDiff(
  { key, headers, value: before }: Pick<SinkRecord, 'key' | 'headers' | 'value'>,
  after: Buffer,
  redaction: Redaction | null,
): string {
  const [old, changed] = [parse(before), parse(after)];
  const show = redaction
    ? masked(redaction.value, [
        [key, redaction.key],
        ...headers.map(({ name, value }) => [value, redaction.header(name)] as const),
        [before, redaction.value],
        [after, redaction.value],
      ])
    : shown;
  const describe = (bytes: Buffer | null) => describeWhole(bytes, redaction !== null, show);
  if (!changed) return `- ${describe(before)}\n+ ${describe(after)}`;
  const empty = Array.isArray(changed) ? [] : {};
  const lines = diff(old ?? empty, changed).map((change) => printChange(change, show));
  return [...(old ? [] : [`- ${describe(before)}`]), ...lines].join('\n');
}

/** Shows a value as JSON. */
type Show = (value: unknown, path: Path) => string;

/** All of it. */
export const shown: Show = (value) => plain(jsonOf(value), MOST);

/** What the rule does not show is masked, and the same texts everywhere else: a transform may move them. */
export function masked(rule: Rule, contents: Parameters<typeof hiddenIn>[0]): Show {
  const isHidden = hiddenIn(contents);
  return (value, path) =>
    plain(maskJson(tokensOf(jsonOf(value)), ruleAt(rule, path), { isHidden }).join(''), MOST);
}

function jsonOf(value: unknown): string {
  return textOf(value) ?? '"too deep to be shown"';
}

/** Prints one difference: `- ` removed, `+ ` added, `~ ` changed. */
export function printChange(change: Change, show: Show): string {
  const { path } = change;
  const name = nameOf(path);
  if (change.kind === 'added') return `+ ${name}: ${show(change.after, path)}`;
  if (change.kind === 'removed') return `- ${name}: ${show(change.before, path)}`;
  return `~ ${name}: ${show(change.before, path)} → ${show(change.after, path)}`;
}

/** `address.lines[0]`, or `["odd name"]` when a dot would be ambiguous. */
function nameOf(path: Path): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return /^[A-Za-z_$][\w$-]*$/.test(part) ? `.${part}` : `[${plain(JSON.stringify(part), MOST)}]`;
  });
  return parts.join('').replace(/^\./, '') || 'value';
}

/** @returns null for what is no object or array in JSON */
function parse(bytes: Buffer | null): unknown {
  const text = bytes && isUtf8(bytes) ? bytes.toString() : '';
  if (!isJson(text)) return null;
  try {
    return parseToWriteAgain(text);
  } catch {
    // It throws for the depth alone: the text is valid JSON.
    return JSON.parse(text);
  }
}

function describeWhole(bytes: Buffer | null, redacted: boolean, show: Show): string {
  if (bytes === null) return 'value: a tombstone';
  const value = parse(bytes);
  if (value) return `value: ${show(value, [])}`;
  const size = `value: ${bytes.length} bytes that are not JSON`;
  return redacted || !isUtf8(bytes) ? size : `${size}: ${plain(bytes.toString(), MOST)}`;
}

function textOf(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}
