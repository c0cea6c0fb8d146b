import type { Group, Setting } from '../setting.ts';
import { BATCHES } from './batches.ts';
import { CONSUMER } from './consumer-group.ts';
import { DATABASE } from './database.ts';
import { DEFINITION } from './definition.ts';
import { CIRCUIT_BREAKER, DEAD_LETTERS, RETRY } from './failures.ts';
import { AWS, KAFKA, KAFKA_SECURITY } from './kafka-connection.ts';
import { LAMBDA } from './lambda.ts';
import { HTTP } from './service.ts';
import { TELEMETRY } from './telemetry.ts';

/** Every setting of the project, in the order of the help and of docs/settings.md. */
export const TABLE: readonly Group[] = [
  DEFINITION,
  DATABASE,
  DEAD_LETTERS,
  RETRY,
  CIRCUIT_BREAKER,
  LAMBDA,
  KAFKA,
  KAFKA_SECURITY,
  CONSUMER,
  BATCHES,
  HTTP,
  TELEMETRY,
  AWS,
];

/** The groups that `kafka-pg-sink consume` reads. */
export const CONSUME: readonly Group[] = TABLE.filter(({ readBy }) => readBy !== 'lambda');

/** The settings of these groups. */
export function settingsOf(groups: readonly Group[]): readonly Setting[] {
  return groups.flatMap(({ settings }) => Object.values(settings));
}

/** The option of `kafka-pg-sink consume` for a setting, without the dashes; null when it has none. */
export function flagOf({ flag, variable }: Setting): string | null {
  return flag === undefined ? variable.toLowerCase().replaceAll('_', '-') : flag;
}
