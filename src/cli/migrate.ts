import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { readMigrationConfig } from '../config.ts';
import { SinkError } from '../errors.ts';
import { createCredentials } from '../postgres/credentials.ts';
import { migrate } from '../postgres/migrate.ts';

/** `npm run migrate`: brings the schema of the configured database up to date. */
try {
  const config = readMigrationConfig(process.env);
  const credentials = createCredentials(config.source, () => new SecretsManagerClient());
  const names = await migrate(config, await credentials.current(), console.log);
  if (names.length === 0) console.log('nothing to migrate, the schema is up to date');
} catch (error) {
  if (!(error instanceof SinkError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
