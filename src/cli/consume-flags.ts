import type { ParseArgsOptionsConfig } from 'node:util';
import { ConfigError } from '../record/errors.ts';
import type { Env } from '../settings/reader.ts';
import { type ConsumeSettings, readConsumeSettings } from '../settings/service.ts';
import type { Setting } from '../settings/setting.ts';
import { CONSUME, flagOf, settingsOf } from '../settings/table/all.ts';
import { UsageError } from './command.ts';
import { readOptions } from './options.ts';

/** The settings that have an option, by its name. */
const FLAGS: ReadonlyMap<string, Setting> = new Map(
  settingsOf(CONSUME).flatMap((setting) => {
    const flag = flagOf(setting);
    return flag === null ? [] : [[flag, setting] as const];
  }),
);

const OPTIONS: ParseArgsOptionsConfig = {
  ...Object.fromEntries([...FLAGS].map(([flag, { kind }]) => [flag, { type: typeOf(kind) }])),
  help: { type: 'boolean' },
};

/** A switch needs no value. */
function typeOf({ placeholder }: Setting['kind']): 'boolean' | 'string' {
  return placeholder === null ? 'boolean' : 'string';
}

/**
 * Reads the command line of `kafka-pg-sink consume`.
 *
 * @returns the settings that it names, by variable; null when help was asked for
 * @throws {UsageError}
 */
export function readFlags(args: readonly string[]): Record<string, string> | null {
  const values = readOptions('consume', args, OPTIONS);
  if (values.help) return null;
  const settings: Record<string, string> = {};
  for (const [flag, { variable }] of FLAGS) {
    const value = values[flag];
    // In the environment this counts as not set, and then the option would not win.
    if (value === '') throw new UsageError(`--${flag} needs a value.`);
    if (value !== undefined) settings[variable] = value === true ? 'enabled' : String(value);
  }
  return settings;
}

/**
 * Reads all settings; an option wins over the environment.
 *
 * @param flags from {@link readFlags}
 * @throws {UsageError} for what is wrong only because of the command line
 * @throws {ConfigError} for what is wrong in the environment
 */
export function readWithFlags(env: Env, flags: Readonly<Record<string, string>>): ConsumeSettings {
  const wrongBefore = new Set(problemsOf(env));
  const all = { ...env, ...flags };
  const added = problemsOf(all).filter((problem) => !wrongBefore.has(problem));
  if (added.length === 0) return readConsumeSettings(all);
  const named = [...FLAGS].filter(
    ([, { variable }]) =>
      variable in flags && added.some((problem) => new RegExp(`\\b${variable}\\b`).test(problem)),
  );
  const options = named.map(([flag]) => `--${flag}`).join(', ') || 'the options';
  throw new UsageError(`Wrong because of ${options}: ${added.join('; ')}.`);
}

function problemsOf(env: Env): readonly string[] {
  try {
    readConsumeSettings(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
