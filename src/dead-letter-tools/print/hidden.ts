import { isUtf8 } from 'node:buffer';
import { isJson, tokensOf } from './json-tokens.ts';
import { type IsHidden, maskJson } from './mask-json.ts';
import { type Rule, showsAll } from './redaction.ts';

/** Shorter texts are too often a part of another one by chance. */
const MIN_PART = 4;

/**
 * Gathers the texts and numbers that are masked somewhere. A transform may move them to a place that is shown: whole, in
 * another case, as a part of a longer text, or in parts.
 *
 * @param contents of a record, each with what is shown of it
 */
export function hiddenIn(contents: readonly (readonly [Buffer | null, Rule])[]): IsHidden {
  const hidden = new Set<string>();
  for (const [bytes, rule] of contents) {
    if (bytes === null || !isUtf8(bytes)) continue;
    const text = bytes.toString();
    if (isJson(text))
      maskJson(tokensOf(text), rule, {
        onMask: (tokens) => {
          for (const [at, token] of tokens.entries())
            if (tokens[at + 1] !== ':') hidden.add(textOf(token));
        },
      });
    else if (!showsAll(rule)) hidden.add(normalized(text));
  }
  hidden.delete('');
  const long = [...hidden].filter((text) => text.length >= MIN_PART);
  return (token) => {
    const text = textOf(token);
    if (hidden.has(text)) return true;
    if (!token.startsWith('"') || text.length < MIN_PART) return false;
    return long.some((other) => other.includes(text) || text.includes(other));
  };
}

/** Empty for what says nothing: punctuation, true, false and null. */
function textOf(token: string): string {
  if (token.startsWith('"')) return normalized(JSON.parse(token) as string);
  return /^[-\d]/.test(token) ? token : '';
}

function normalized(text: string): string {
  return text.trim().toLowerCase();
}
