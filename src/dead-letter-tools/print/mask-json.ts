import { endOf, mask } from './redact-json.ts';
import { MASK_ALL, type Rule, SHOW_ALL, showsAll } from './redaction.ts';

/**
 * Masks JSON by paths. Names of fields, and the shape down to what is masked, stay.
 *
 * @param tokens of valid JSON
 * @returns tokens of valid JSON, each mask a string of it
 */
export function maskJson(tokens: readonly string[], rule: Rule): string[] {
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
      out.push(token);
      if (token !== '{' && token !== '[') continue;
      around.push({ rule: now, index: token === '[' ? 0 : null });
      if (token === '[') now = below(now, '0');
    } else {
      const end = endOf(tokens, at);
      out.push(mask(tokens.slice(at, end)));
      at = end - 1;
    }
  }
  return out;
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
