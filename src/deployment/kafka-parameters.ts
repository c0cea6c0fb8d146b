import { DefinitionError } from '../definition/definition-error.ts';
import { integer, oneOf, pattern } from '../settings/kinds.ts';
import type { Reader } from '../settings/reader.ts';
import type { DeploymentInput } from './deployment-input.ts';
import { type KafkaLogin, readLogin } from './kafka-login.ts';
import { type KafkaSource, readSource } from './kafka-source.ts';
import { readSchemaRegistry, type SchemaRegistry } from './schema-registry.ts';
import { readStartingPosition, type StartingPosition } from './starting-position.ts';
import { readSubscriptions, type Subscription } from './subscriptions.ts';

export interface KafkaParameters extends KafkaLogin {
  readonly source: KafkaSource;
  /** Decides the provisioned properties of the mapping and the function's `PARTIAL_BATCH_RESPONSE` alike. */
  readonly mode: 'provisioned' | 'on-demand';
  /** By a consumer group, in the order of each partition; or by a share group, in none. */
  readonly consumption: 'stream' | 'queue';
  readonly subscriptions: readonly Subscription[];
  readonly startingPosition: StartingPosition;
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

const RETRIES = integer(0, 10_000, 'retries; with an on-failure queue Lambda takes -1 for 10');
/** Of a record's age: a first deployment reads what the topic has kept for longer than any limit. The retries bound it. */
const NO_LIMIT = -1;
const RECORD_AGE = integer(60, 604_800, 'seconds; or -1 for no limit');

export function readKafkaParameters(
  env: Reader,
  { stage, sinks }: DeploymentInput,
  name: string,
): KafkaParameters {
  const kind = env.withDefault('source', oneOf('msk', 'self-managed'), 'msk');
  const mode = env.withDefault('mode', oneOf('provisioned', 'on-demand'), 'provisioned');
  const source = readSource(env, kind);
  const subscriptions = readSubscriptions(env, sinks, `${name}-${stage}`);
  return {
    ...{ source, mode, subscriptions },
    consumption: readConsumption(env, kind, mode, sinks, subscriptions),
    startingPosition: readStartingPosition(env),
    filterPatterns: readFilterPatterns(env),
    ...readLogin(env, source),
    schemaRegistry: readSchemaRegistry(env, mode),
    batchSize: env.withDefault('batchSize', integer(1, 10_000, 'records'), '1000'),
    batchWindow: env.withDefault('batchWindow', integer(0, 300, 'seconds'), '1'),
    pollers: readPollers(env),
    maximumRetryAttempts: env.withDefault('maximumRetryAttempts', RETRIES, '10000'),
    maximumRecordAge:
      env.given('maximumRecordAge') === '-1'
        ? NO_LIMIT
        : (env.optional('maximumRecordAge', RECORD_AGE) ?? NO_LIMIT),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_SelfManagedKafkaEventSourceConfig.html */
function readConsumption(
  env: Reader,
  kind: KafkaSource['kind'],
  mode: KafkaParameters['mode'] | undefined,
  { sinkOf }: DeploymentInput['sinks'],
  subscriptions: readonly Subscription[],
): KafkaParameters['consumption'] {
  const consumption = env.withDefault('consumption', oneOf('stream', 'queue'), 'stream');
  if (consumption === 'stream') return consumption;
  if (kind === 'msk') env.problem('consumption=queue is for source=self-managed only');
  // Without an on-failure destination Kafka counts the deliveries of a record, and archives it after five.
  if (mode === 'on-demand')
    env.problem(
      'consumption=queue needs mode=provisioned: in on-demand mode Kafka gives a failing record up after a few deliveries, and nothing keeps it',
    );
  for (const { topic } of subscriptions) {
    const sink = sinkOf(topic);
    if (!(sink instanceof DefinitionError) && sink.table.states)
      env.problem(
        `consumption=queue keeps no order, and the definition of ${topic} is of a table of states, which needs it: use stream`,
      );
  }
  return consumption;
}

function readPollers(env: Reader): KafkaParameters['pollers'] {
  const pollers = (max: number) => integer(1, max, 'pollers');
  const minimum = env.withDefault('minimumPollers', pollers(200), '1');
  const maximum = env.withDefault('maximumPollers', pollers(2000), '10');
  env.atMost(['minimumPollers', minimum], ['maximumPollers', maximum]);
  const group = env.optional('pollerGroup', pattern(/^[\w-]{1,128}$/, 'letters, digits, _ and -'));
  return { minimum, maximum, group };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html: five by default, 4,096 characters each. */
function readFilterPatterns(env: Reader): readonly string[] {
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
    `filterCriteria=${JSON.stringify(text)}: must be a JSON object such as {"value":{"event_type":["order.created"]}}, or an array of up to 5`,
  );
  return [];
}
