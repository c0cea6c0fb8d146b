import { ConfigError } from '../../../src/record/errors.ts';
import type { Env } from '../../../src/settings/reader.ts';

/** What is wrong with these settings, line by line. */
export function problemsOf(env: Env, read: (env: Env) => unknown): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
