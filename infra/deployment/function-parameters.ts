import type { EnvReader } from '../../src/settings/reader.ts';
import { type Network, readNetwork, readOptional } from './readers.ts';

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
const TIMEOUT = { min: 10, max: 839, unit: 'seconds, below 14 minutes' };

export function readFunctionParameters(env: EnvReader): FunctionParameters {
  return {
    memory: env.integer('memory', 1024, { min: 256, max: 10_240, unit: 'MB' }),
    timeout: env.integer('timeout', 60, TIMEOUT),
    reservedConcurrency: env.given('reservedConcurrency')
      ? env.integer('reservedConcurrency', 1, { min: 1, max: 100_000, unit: 'environments' })
      : undefined,
    logLevel: env.oneOf('logLevel', 'INFO', ['INFO', 'DEBUG']),
    logRetention: Number(env.oneOf('logRetention', '30', RETENTIONS)),
    network: readNetwork(env, 'vpcSubnetIds', 'vpcSecurityGroupIds'),
    tombstonePolicy: env.oneOf('tombstonePolicy', 'dead-letter', ['dead-letter', 'ignore']),
    alarmTopicArn: readOptional(
      env,
      'alarmTopicArn',
      /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/,
      'the ARN of an SNS topic, arn:aws:sns:<region>:<account>:<name>',
    ),
    lagAlarm: env.integer('lagAlarmRecords', 10_000, { min: 1, max: 1e12, unit: 'records' }),
    deadLetterAlarm: env.integer('deadLetterAlarmRecords', 1, {
      min: 1,
      max: 1e12,
      unit: 'records within 5 minutes',
    }),
  };
}
