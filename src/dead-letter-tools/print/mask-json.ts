import { endOf } from './json-tokens.ts';
import { MASK_ALL, type Rule, SHOW_ALL, showsAll } from './redaction.ts';

/** Tells of a string or a number, as JSON writes it, whether it is masked although its place is shown. */
export type IsHidden = (token: string) => boolean;

interface MaskOptions {
  readonly isHidden?: IsHidden;
  /** Gets the tokens of each value that is masked. */
  readonly onMask?: (tokens: readonly string[]) => void;
}

/**
 * Masks JSON by paths. Names of fields, and the shape down to what is masked, stay.
 *
 * @param tokens of valid JSON
 * @returns tokens of valid JSON, each mask a string of it
 */
export function maskJson(
  tokens: readonly string[],
  rule: Rule,
  { isHidden = () => false, onMask = () => {} }: MaskOptions = {},
): string[] {
  const out: string[] = [];
  /** Of each object and array around: what is shown of it, and the name or index in it. */
  const around: { rule: Rule; index: number | null }[] = [];
  let now = rule;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    const container = around.at(-1);
    if (tokens[at + 1] === ':') {
      now = below(container?.rule ?? MASK_ALL, JSON.parse(token) as string);
      out.push(token, ':');
      at += 1;
    } else if (token === ',' || token === '}' || token === ']') {
      if (token !== ',') around.pop();
      else if (container && container.index !== null) {
        container.index += 1;
        now = below(container.rule, String(container.index));
      }
      out.push(token);
    } else if (showsAll(now) || leadsInto(now, token)) {
      const opens = token === '{' || token === '[';
      out.push(!opens && isHidden(token) ? mask([token]) : token);
      if (!opens) continue;
      around.push({ rule: now, index: token === '[' ? 0 : null });
      if (token === '[') now = below(now, '0');
    } else {
      const end = endOf(tokens, at);
      onMask(tokens.slice(at, end));
      out.push(mask(tokens.slice(at, end)));
      at = end - 1;
    }
  }
  return out;
}

/**
 * The rule for what is at a path.
 *
 * @param path names of fields, and indexes of arrays as numbers
 */
export function ruleAt(rule: Rule, path: readonly (string | number)[]): Rule {
  let now = rule;
  for (const step of path) {
    const token = typeof step === 'number' ? '[' : '{';
    if (!showsAll(now) && !leadsInto(now, token)) return MASK_ALL;
    now = below(now, String(step));
  }
  return now;
}

/** Shows the type and the size of a value instead of the value. */
function mask([first = '', ...rest]: readonly string[]): string {
  if (first === 'null') return first;
  const kind = first.startsWith('"')
    ? `${(JSON.parse(first) as string).length} characters`
    : first === '{'
      ? 'object'
      : first === '['
        ? 'array'
        : first === 'true' || first === 'false'
          ? 'boolean'
          : 'number';
  const empty = rest.length === 1 ? 'empty ' : '';
  return JSON.stringify(`[redacted: ${empty}${kind}]`);
}

const INDEX = /^\d+$/;

/**
 * Whether an object or an array is shown in parts. An array where the definition expects fields could hold a sensitive one
 * in each element.
 */
function leadsInto({ masked, shown, rest }: Rule, token: string): boolean {
  if (token !== '{' && token !== '[') return false;
  if (masked.some((path) => path.length === 0)) return false;
  if (token === '[' && masked.some(([step = '']) => !INDEX.test(step))) return false;
  return rest || shown.length > 0;
}

/** The rule for a field of an object, or an element of an array. */
function below(rule: Rule, name: string): Rule {
  if (showsAll(rule)) return SHOW_ALL;
  const { masked, shown, rest } = rule;
  const within = {
    masked: stepInto(masked, name),
    shown: shown.flatMap((path) => (path.length === 0 ? [path] : stepInto([path], name))),
  };
  // What no path leads to belongs to the rest, with all that is in it.
  if (rest && within.masked.length === 0 && within.shown.length === 0) return SHOW_ALL;
  return { ...within, rest };
}

function stepInto(paths: Rule['masked'], name: string): Rule['masked'] {
  return paths.filter(([step]) => step === name).map(([, ...more]) => more);
}
