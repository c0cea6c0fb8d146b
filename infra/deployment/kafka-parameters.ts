import type { EnvReader } from '../../src/settings/reader.ts';
import type { DeploymentInput } from './deployment-input.ts';
import { type KafkaLogin, type KafkaSource, readLogin, readSource } from './kafka-source.ts';
import { readOptional } from './readers.ts';
import { readSchemaRegistry, type SchemaRegistry } from './schema-registry.ts';

export interface KafkaParameters extends KafkaLogin {
  readonly source: KafkaSource;
  /** Decides the provisioned properties of the mapping and the function's `PARTIAL_BATCH_RESPONSE` alike. */
  readonly mode: 'provisioned' | 'on-demand';
  readonly topic: string;
  readonly consumerGroup: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  /** JSON texts; none of them means that every record is delivered. */
  readonly filterPatterns: readonly string[];
  readonly schemaRegistry: SchemaRegistry | undefined;
  readonly batchSize: number;
  /** Seconds. */
  readonly batchWindow: number;
  readonly pollers: {
    readonly minimum: number;
    readonly maximum: number;
    readonly group: string | undefined;
  };
  readonly maximumRetryAttempts: number;
  /** Seconds, or −1 for no limit. */
  readonly maximumRecordAge: number;
}

export function readKafkaParameters(
  env: EnvReader,
  { stage, region }: DeploymentInput,
): KafkaParameters {
  const kind = env.oneOf('source', 'msk', ['msk', 'self-managed']);
  const mode = env.oneOf('mode', 'provisioned', ['provisioned', 'on-demand']);
  const source = readSource(env, kind, region);
  return {
    source,
    mode,
    topic: env.matching(
      'topic',
      undefined,
      /^(?!\.)[\w.-]{2,249}$/,
      'a topic name of 2 to 249 letters, digits, dots, _ and -, not starting with a dot',
    ),
    consumerGroup: env.matching(
      'consumerGroup',
      `kafka-pg-sink-${stage}`,
      // Lambda would take an asterisk too, but the role's policy would then allow other groups.
      /^[\w/:+=.@-]{1,200}$/,
      'a group name of 1 to 200 letters, digits and any of -/:_+=.@',
    ),
    startingPosition: env.oneOf('startingPosition', 'TRIM_HORIZON', ['TRIM_HORIZON', 'LATEST']),
    filterPatterns: readFilterPatterns(env),
    ...readLogin(env, source),
    schemaRegistry: readSchemaRegistry(env, mode),
    batchSize: env.integer('batchSize', 1000, { min: 1, max: 10_000, unit: 'records' }),
    batchWindow: env.integer('batchWindow', 1, { min: 0, max: 300, unit: 'seconds' }),
    pollers: readPollers(env),
    maximumRetryAttempts: env.integer('maximumRetryAttempts', 10_000, {
      min: 0,
      max: 10_000,
      unit: 'retries; with an on-failure queue Lambda takes -1 for 10',
    }),
    maximumRecordAge:
      env.given('maximumRecordAge') === '-1'
        ? -1
        : env.integer('maximumRecordAge', 604_800, {
            min: 60,
            max: 604_800,
            unit: 'seconds; or -1 for no limit',
          }),
  };
}

function readPollers(env: EnvReader): KafkaParameters['pollers'] {
  const minimum = env.integer('minimumPollers', 1, { min: 1, max: 200, unit: 'pollers' });
  const maximum = env.integer('maximumPollers', 10, { min: 1, max: 2000, unit: 'pollers' });
  if (minimum > maximum)
    env.problem(`minimumPollers (${minimum}) is larger than maximumPollers (${maximum})`);
  const group = readOptional(env, 'pollerGroup', /^[\w-]{1,128}$/, 'letters, digits, _ and -');
  return { minimum, maximum, group };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html: five by default, 4,096 characters each. */
function readFilterPatterns(env: EnvReader): readonly string[] {
  const text = env.given('filterCriteria');
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    const patterns = Array.isArray(parsed) ? parsed : [parsed];
    const sound = patterns.every((one) => typeof one === 'object' && one && !Array.isArray(one));
    if (sound && patterns.length > 0 && patterns.length <= 5)
      return patterns.map((pattern) => JSON.stringify(pattern));
  } catch {
    // Said below.
  }
  env.problem(
    `filterCriteria=${JSON.stringify(text)}: accepted is a JSON object such as {"value":{"event_type":["order.created"]}}, or an array of up to 5`,
  );
  return [];
}
