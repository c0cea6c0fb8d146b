import { integer, oneOf, pattern } from '../settings/kinds.ts';
import type { Reader } from '../settings/reader.ts';
import { DEAD_LETTERS } from '../settings/table/failures.ts';
import { KEY_ARN, type Network, readNetwork } from './readers.ts';

export interface FunctionParameters {
  /** MB. */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  readonly reservedConcurrency: number | undefined;
  readonly logLevel: 'INFO' | 'DEBUG';
  /** Days. */
  readonly logRetention: number;
  readonly network: Network;
  readonly tombstonePolicy: 'dead-letter' | 'ignore';
  /** Encrypts the queues, the log group and the function's environment; without it AWS does so by keys of its own. */
  readonly kmsKeyArn: string | undefined;
  readonly alarmTopicArn: string | undefined;
  /** Records. */
  readonly lagAlarm: number;
  /** Records within five minutes. */
  readonly deadLetterAlarm: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
].map(String);

/** The function must leave time for the sink's own deadline margin, and Lambda allows Kafka's less than 14 minutes. */
const TIMEOUT = integer(10, 839, 'seconds, below 14 minutes');

const TOPIC_ARN = pattern(
  /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/,
  'the ARN of an SNS topic, arn:aws:sns:<region>:<account>:<name>',
);

/** The function's setting of the same name, for its rule. */
const { tombstonePolicy } = DEAD_LETTERS.settings;

export function readFunctionParameters(env: Reader): FunctionParameters {
  return {
    memory: env.withDefault('memory', integer(256, 10_240, 'MB'), '1024'),
    timeout: env.withDefault('timeout', TIMEOUT, '60'),
    reservedConcurrency: env.optional('reservedConcurrency', integer(1, 100_000, 'environments')),
    logLevel: env.withDefault('logLevel', oneOf('INFO', 'DEBUG'), 'INFO'),
    logRetention: Number(env.withDefault('logRetention', oneOf(...RETENTIONS), '30')),
    network: readNetwork(env, 'vpcSubnetIds', 'vpcSecurityGroupIds'),
    tombstonePolicy: env.withDefault(
      'tombstonePolicy',
      tombstonePolicy.kind,
      tombstonePolicy.default,
    ),
    kmsKeyArn: env.optional('kmsKeyArn', KEY_ARN),
    alarmTopicArn: env.optional('alarmTopicArn', TOPIC_ARN),
    lagAlarm: env.withDefault('lagAlarmRecords', integer(1, 1e12, 'records'), '10000'),
    deadLetterAlarm: env.withDefault(
      'deadLetterAlarmRecords',
      integer(1, 1e12, 'records within 5 minutes'),
      '1',
    ),
  };
}
