import { ConfigError } from '../src/record/errors.ts';
import type { Env } from '../src/settings/reader.ts';
import { type ConsumeSettings, readConsumeSettings } from '../src/settings/service.ts';

/**
 * Reads the settings as if everything were started already, so that a wrong one costs no waiting.
 *
 * @throws {ConfigError} that names every wrong setting
 */
export function checkSettings(env: Env): ConsumeSettings {
  for (const name of ['DATABASE_SECRET_ARN', 'DATABASE_IAM_USER'])
    if (env[name])
      throw new ConfigError([
        `${name} is set: npm start brings its own database, or takes the one that DATABASE_URL names; unset it`,
      ]);
  return readConsumeSettings({
    DATABASE_URL: 'postgres://localhost/later',
    DEAD_LETTER_QUEUE_URL: 'http://localhost/later/later',
    ...env,
  });
}
