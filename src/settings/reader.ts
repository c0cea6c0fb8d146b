import { ConfigError } from '../record/errors.ts';
import type { Kind } from './kinds.ts';

/** The environment as `process.env` holds it. An empty string counts as not set. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads values one by one and collects what is wrong with them, so that one error can name it all. What a method returns
 * for a wrong value is good enough to read on with; `done()` throws before anybody can use it.
 */
export function createReader(env: Env) {
  const problems: string[] = [];

  const given = (name: string): string | undefined => env[name] || undefined;

  function parse<T>(name: string, kind: Kind<T>, text: string): T | undefined {
    const value = kind.parse(text);
    if (value === undefined) {
      const shown = kind.secret ? ' (not shown)' : `=${JSON.stringify(text)}`;
      problems.push(`${name}${shown}: must be ${kind.mustBe}`);
    }
    return value;
  }

  function optional<T>(name: string, kind: Kind<T>): T | undefined {
    const text = given(name);
    return text === undefined ? undefined : parse(name, kind, text);
  }

  return {
    /** The text of a variable, unchecked; undefined when it is not set. */
    given,
    /** Notes what is wrong between several values. No secret may be in it. */
    problem: (text: string): void => {
      problems.push(text);
    },
    /** @returns undefined when it is not set, or wrong */
    optional,
    /** @returns undefined when it is not set, which is noted, or wrong */
    required<T>(name: string, kind: Kind<T>): T | undefined {
      if (given(name) === undefined) problems.push(`${name} is not set: set it to ${kind.mustBe}`);
      return optional(name, kind);
    },
    /** @param fallback counts when it is not set; as text, of the same kind */
    withDefault<T>(name: string, kind: Kind<T>, fallback: string): T {
      const value = parse(name, kind, given(name) ?? fallback);
      return value === undefined ? (kind.parse(fallback) as T) : value;
    },
    /** Notes a value that is larger than the one that limits it. */
    atMost([name, value]: [string, number], [limitName, limit]: [string, number]): void {
      if (value > limit)
        problems.push(
          `${name} (${value}) must be at most ${limitName} (${limit}): lower it, or raise ${limitName}`,
        );
    },
    /** @throws {ConfigError} that names everything that was found wrong */
    done(): void {
      if (problems.length > 0) throw new ConfigError(problems);
    },
  };
}

export type Reader = ReturnType<typeof createReader>;

/**
 * Reads settings from an environment, and freezes them.
 *
 * @throws {ConfigError} that names every wrong variable, its value (never a secret's) and what it must be
 */
export function readSettings<T>(env: Env, read: (reader: Reader) => T): T {
  const reader = createReader(env);
  const settings = read(reader);
  reader.done();
  return freeze(settings);
}

/** Freezes a value and all that it holds. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
