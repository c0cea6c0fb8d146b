import type { Reader } from './reader.ts';
import { readGroup, type Values } from './setting.ts';
import { TELEMETRY } from './table/telemetry.ts';

/** Names in logs and metrics, and what is made beside the logs. */
export interface TelemetrySettings extends Values<typeof TELEMETRY> {
  /** Whether X-Ray gets a segment for each step. */
  readonly trace: boolean;
  /** Whether CloudWatch's metrics are printed. */
  readonly cloudWatchMetrics: boolean;
}

/** Reads the names; what is wrong is noted in `reader`. The rest is for each door to say. */
export function readTelemetry(reader: Reader): Values<typeof TELEMETRY> {
  return readGroup(reader, TELEMETRY);
}
