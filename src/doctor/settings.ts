import { ConfigError } from '../record/errors.ts';
import { type LambdaSettings, readLambdaSettings } from '../settings/lambda.ts';
import type { Env } from '../settings/reader.ts';
import { failed, type Outcome, passed } from './check.ts';

/**
 * Whether the sink would start with these settings; each that is wrong is a finding of its own.
 *
 * @param name of the check: the function's own settings are read in the same way
 */
export function checkSettings(name: string, env: Env): Outcome<LambdaSettings> {
  try {
    const settings = readLambdaSettings(env);
    return { checks: [passed(name, 'complete and consistent')], value: settings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const remedy = 'Correct it; docs/settings.md lists all settings.';
    return { checks: error.problems.map((text) => failed(name, text, remedy)), value: null };
  }
}
