import { ConfigError } from '../record/errors.ts';
import type { Env } from '../settings/reader.ts';
import { type Config, readConfig } from '../settings/sink.ts';
import { failed, type Outcome, passed } from './check.ts';

/**
 * Whether the sink would start with these settings; each that is wrong is a finding of its own.
 *
 * @param name of the check: the function's own settings are read in the same way
 */
export function checkSettings(name: string, env: Env): Outcome<Config> {
  try {
    const config = readConfig(env);
    return { checks: [passed(name, 'complete and consistent')], value: config };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const remedy = 'Set it as said; README.md lists all settings.';
    return { checks: error.problems.map((text) => failed(name, text, remedy)), value: null };
  }
}
