import { pattern } from '../settings/kinds.ts';
import type { Reader } from '../settings/reader.ts';
import { SECRET_ARN } from './readers.ts';

export interface SchemaRegistry {
  /** ARN of a Glue registry, or URL of a Confluent one. */
  readonly uri: string;
  /** User and password for a Confluent registry. */
  readonly secretArn: string | undefined;
}

const REGISTRY = pattern(
  /^(arn:aws[\w-]*:glue:[a-z0-9-]+:\d{12}:registry\/[\w$#.-]+|https:\/\/[\w.:/-]+)$/,
  'the ARN of a Glue registry, or the https URL of a Confluent one',
);

export function readSchemaRegistry(
  env: Reader,
  mode: 'provisioned' | 'on-demand',
): SchemaRegistry | undefined {
  const uri = env.optional('schemaRegistryUri', REGISTRY);
  if (uri && mode === 'on-demand')
    env.problem(
      'schemaRegistryUri is set, but mode=on-demand has no schema registry: use mode=provisioned',
    );
  const secretArn = env.optional('schemaRegistrySecretArn', SECRET_ARN);
  if (secretArn && !uri?.startsWith('https:'))
    env.problem(
      'schemaRegistrySecretArn is set: it is for the https URL of a Confluent registry only',
    );
  return uri ? { uri, secretArn } : undefined;
}
