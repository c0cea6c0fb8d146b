import { ConfigError } from '../record/errors.ts';

/** The environment as `process.env` holds it. An empty string counts as not set. */
export type Env = Readonly<Record<string, string | undefined>>;

interface Range {
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
}

/**
 * Reads settings one by one and remembers each that is wrong, so that one error can name them all.
 *
 * @param env the environment to read
 */
export function readEnv(env: Env) {
  const problems: string[] = [];

  const given = (name: string): string | undefined => env[name] || undefined;
  const reject = (name: string, accepted: string): void => {
    problems.push(`${name}=${JSON.stringify(env[name])}: accepted is ${accepted}`);
  };

  function number(name: string, fallback: number, { min, max, unit }: Range, whole: boolean) {
    const text = given(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    const pattern = whole ? /^\d+$/ : /^\d+(\.\d+)?$/;
    if (pattern.test(text) && value >= min && value <= max) return value;
    const kind = whole ? 'a whole number' : 'a number';
    reject(name, `${kind} from ${min} to ${max}${unit ? ` (${unit})` : ''}`);
    return fallback;
  }

  return {
    given,
    /** Notes a problem that spans several settings, or whose value must not be shown. */
    problem: (text: string): void => {
      problems.push(text);
    },
    integer: (name: string, fallback: number, range: Range) => number(name, fallback, range, true),
    decimal: (name: string, fallback: number, range: Range) => number(name, fallback, range, false),
    oneOf<T extends string>(name: string, fallback: T, accepted: readonly T[]): T {
      const text = given(name);
      if (text === undefined) return fallback;
      const found = accepted.find((candidate) => candidate === text);
      if (found === undefined) reject(name, `one of ${accepted.join(', ')}`);
      return found ?? fallback;
    },
    matching(
      name: string,
      fallback: string | undefined,
      pattern: RegExp,
      accepted: string,
    ): string {
      const text = given(name) ?? fallback;
      if (text === undefined) problems.push(`${name} is not set: accepted is ${accepted}`);
      else if (!pattern.test(text)) reject(name, accepted);
      return text ?? '';
    },
    /** @throws {ConfigError} that names every setting that was found wrong */
    done(): void {
      if (problems.length > 0) throw new ConfigError(problems);
    },
  };
}

export type EnvReader = ReturnType<typeof readEnv>;
