import { ConfigError } from '../record/errors.ts';
import type { Env } from '../settings/reader.ts';
import { readServiceConfig, type ServiceConfig } from '../settings/service.ts';
import { SETTINGS, type Setting } from '../settings/table.ts';
import { UsageError } from './command.ts';
import { readOptions } from './options.ts';

const ALL: readonly Setting[] = [...SETTINGS.values()].flat();

/**
 * Reads the command line of `kafka-pg-sink consume`.
 *
 * @returns the settings that it names, by variable; null where help was asked for
 * @throws {UsageError}
 */
export function readFlags(args: readonly string[]): Record<string, string> | null {
  const values: Readonly<Record<string, string | boolean | undefined>> = readOptions(
    'consume',
    args,
    {
      ...Object.fromEntries(
        ALL.flatMap(({ flag, value }) =>
          flag === null ? [] : [[flag, { type: value === null ? 'boolean' : 'string' } as const]],
        ),
      ),
      help: { type: 'boolean' },
    },
  );
  if (values.help) return null;
  const settings: Record<string, string> = {};
  for (const { flag, variable } of ALL) {
    const value = flag === null ? undefined : values[flag];
    // In the environment this counts as not set, and then the option would not win.
    if (value === '') throw new UsageError(`--${flag} needs a value.`);
    if (value !== undefined) settings[variable] = value === true ? 'enabled' : String(value);
  }
  return settings;
}

/**
 * Reads all settings, the command line's before the environment's.
 *
 * @throws {UsageError} for what is wrong only since the command line was added
 * @throws {ConfigError} for what is wrong in the environment
 */
export function readSettings(env: Env, flags: Readonly<Record<string, string>>): ServiceConfig {
  const wrongBefore = new Set(problemsOf(env));
  const all = { ...env, ...flags };
  const brought = problemsOf(all).filter((problem) => !wrongBefore.has(problem));
  if (brought.length === 0) return readServiceConfig(all);
  const named = ALL.filter(
    ({ variable }) => variable in flags && brought.some((problem) => problem.includes(variable)),
  );
  const culprits = named.map(({ flag }) => `--${flag}`).join(', ') || 'the options';
  throw new UsageError(`Wrong by ${culprits}: ${brought.join('; ')}.`);
}

function problemsOf(env: Env): readonly string[] {
  try {
    readServiceConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
