import { pattern } from '../settings/kinds.ts';
import type { Reader } from '../settings/reader.ts';

const secretArn = (characters: string) =>
  pattern(
    new RegExp(
      `^arn:aws[\\w-]*:secretsmanager:[a-z0-9-]+:\\d{12}:secret:[${characters}]+-[A-Za-z0-9]{6}$`,
    ),
    'the complete ARN of a secret, arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>',
  );

/** A secret for Kafka or a registry, as Lambda takes it for a mapping. */
export const SECRET_ARN = secretArn('\\w/+=.@-');

/** A secret for the database: RDS calls those that it manages `rds!db-…` or `rds!cluster-…`. */
export const DATABASE_SECRET_ARN = secretArn('\\w/+=.@!-');

export const KEY_ARN = pattern(
  /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
  'the ARN of a KMS key, arn:aws:kms:<region>:<account>:key/<id>',
);

/** Subnets and security groups of one network; both lists are empty when there is none. */
export interface Network {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** Reads two lists that make sense only together. */
export function readNetwork(env: Reader, subnets: string, securityGroups: string): Network {
  if (Boolean(env.given(subnets)) !== Boolean(env.given(securityGroups)))
    env.problem(`${subnets} and ${securityGroups} belong together: set both or neither`);
  return {
    subnetIds: readIds(env, subnets, 'subnet'),
    securityGroupIds: readIds(env, securityGroups, 'sg'),
  };
}

function readIds(env: Reader, name: string, prefix: 'subnet' | 'sg'): readonly string[] {
  const id = `${prefix}-([0-9a-f]{8}|[0-9a-f]{17})`;
  const list = new RegExp(`^${id}(,\\s*${id})*$`);
  const ids = pattern(list, `${prefix}-…, several separated by commas`);
  return env.optional(name, ids)?.split(/,\s*/) ?? [];
}
