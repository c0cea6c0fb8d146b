/** What a setting can be set to. */
export interface Kind<T> {
  /** @returns undefined when the text, which is never empty, is not of this kind */
  readonly parse: (text: string) => T | undefined;
  /** The rule, as a noun phrase: completes "must be …" and "set it to …". */
  readonly mustBe: string;
  /** Stands for the value in a help text; null when the name of the option says it all. */
  readonly placeholder: string | null;
  /** Whether no message may show the value. */
  readonly secret?: true;
}

/**
 * A whole number in decimal digits: no sign, no exponent, no other notation.
 *
 * @param unit what it counts, in words
 */
export function integer(min: number, max: number, unit: string): Kind<number> {
  return number('a whole number', /^\d+$/, min, max, unit);
}

/** A time in whole milliseconds. */
export function milliseconds(min: number, max: number): Kind<number> {
  return integer(min, max, 'ms');
}

/** A number in decimal digits, with or without a fraction after a dot. */
export function decimal(min: number, max: number, unit: string): Kind<number> {
  return number('a number', /^\d+(\.\d+)?$/, min, max, unit);
}

function number(what: string, form: RegExp, min: number, max: number, unit: string): Kind<number> {
  return {
    parse(text) {
      const value = Number(text);
      return form.test(text) && value >= min && value <= max ? value : undefined;
    },
    mustBe: `${what} from ${min} to ${max} (${unit})`,
    placeholder: (/^\w+/.exec(unit)?.[0] ?? 'N').toUpperCase(),
  };
}

/** One of these words, exactly as it is written here. */
export function oneOf<const T extends readonly string[]>(...words: T): Kind<T[number]> {
  return {
    parse: (text) => words.find((word) => word === text),
    mustBe: `one of ${words.join(', ')}`,
    placeholder: words.join('|'),
  };
}

/** `enabled` or `disabled`. */
export const SWITCH: Kind<boolean> = {
  parse(text) {
    if (text === 'enabled') return true;
    return text === 'disabled' ? false : undefined;
  },
  mustBe: 'one of enabled, disabled',
  placeholder: null,
};

/** A text of this form; `mustBe` says the same in words. */
export function pattern(form: RegExp, mustBe: string, placeholder = 'TEXT'): Kind<string> {
  return { parse: (text) => (form.test(text) ? text : undefined), mustBe, placeholder };
}

/** Any text but white space alone; `mustBe` says what it stands for. */
export function text(mustBe: string, placeholder = 'NAME'): Kind<string> {
  return pattern(/\S/, mustBe, placeholder);
}

/** The same kind, for values that no message may show. */
export function secret<T>(kind: Kind<T>): Kind<T> {
  return { ...kind, secret: true };
}
