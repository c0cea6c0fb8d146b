import type { EnvReader } from '../../src/settings/reader.ts';
import { readOptional, SECRET_ARN } from './readers.ts';

export interface SchemaRegistry {
  /** ARN of a Glue registry, or URL of a Confluent one. */
  readonly uri: string;
  /** User and password for a Confluent registry. */
  readonly secretArn: string | undefined;
}

export function readSchemaRegistry(
  env: EnvReader,
  mode: 'provisioned' | 'on-demand',
): SchemaRegistry | undefined {
  const uri = readOptional(
    env,
    'schemaRegistryUri',
    /^(arn:aws[\w-]*:glue:[a-z0-9-]+:\d{12}:registry\/[\w$#.-]+|https:\/\/[\w.:/-]+)$/,
    'the ARN of a Glue registry, or the https URL of a Confluent one',
  );
  if (uri && mode === 'on-demand')
    env.problem(
      'schemaRegistryUri is set, but mode=on-demand has no schema registry: use mode=provisioned',
    );
  const secretArn = readOptional(env, 'schemaRegistrySecretArn', ...SECRET_ARN);
  if (secretArn && !uri?.startsWith('https:'))
    env.problem(
      'schemaRegistrySecretArn is set: it is for the https URL of a Confluent registry only',
    );
  return uri ? { uri, secretArn } : undefined;
}
