import { type Check, failed, passed, skipped, warned } from './check.ts';
import { isProvisioned, MAPPING, type Mapping } from './mappings.ts';

export const RESPONSES = 'mapping responses';
export const BATCH = 'mapping batch';
const METRICS = 'mapping metrics';

/** Whether records flow. The result of the last processing is a sentence of Lambda's, without a code beside it. */
export function judgeState(mapping: Mapping): Check {
  const { State, LastProcessingResult: result = '', ProvisionedPollerConfig: pollers } = mapping;
  const mode = isProvisioned(mapping)
    ? `provisioned, ${pollers?.MinimumPollers} to ${pollers?.MaximumPollers ?? 200} pollers`
    : 'on-demand';
  const about = `topic ${mapping.Topics?.join(', ')}, ${mode}`;
  if (State === 'Disabled' || State === 'Disabling')
    return warned(
      MAPPING,
      `${about}: it is disabled, so no records flow`,
      `aws lambda update-event-source-mapping --enabled --uuid ${mapping.UUID}`,
    );
  if (State !== 'Enabled')
    return warned(MAPPING, `${about}: its state is ${State}`, 'Wait, then run this again.');
  if (/^PROBLEM/.test(result))
    return warned(
      MAPPING,
      `${about}: Lambda reports: ${result}`,
      "Look at the log of the function and of the mapping, and at the cluster's security group and credentials.",
    );
  return passed(MAPPING, `${about}, enabled`);
}

/**
 * Whether function and mapping agree on partial responses. Where they do not, a failed record is committed as if it were
 * stored.
 *
 * @param enabled the function's PARTIAL_BATCH_RESPONSE; null where it is not known
 */
export function judgeResponses(mapping: Mapping, enabled: boolean | null): Check {
  const provisioned = isProvisioned(mapping);
  const asked = mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false;
  const read = provisioned && asked;
  if (enabled === null)
    return skipped(RESPONSES, "needs: function settings (the function's PARTIAL_BATCH_RESPONSE)");
  if (enabled && !read)
    return failed(
      RESPONSES,
      `RECORDS WILL BE LOST: the function has PARTIAL_BATCH_RESPONSE=enabled, but the mapping ${provisioned ? 'has no ReportBatchItemFailures' : 'is on-demand'} and does not read which records failed: they are committed as if they were stored`,
      'Set PARTIAL_BATCH_RESPONSE=disabled on the function at once; or give the mapping provisioned mode and FunctionResponseTypes: [ReportBatchItemFailures].',
    );
  if (!enabled && read)
    return warned(
      RESPONSES,
      'the mapping reads which records failed, but the function has PARTIAL_BATCH_RESPONSE=disabled: one failed record delivers its whole batch again',
      'Set PARTIAL_BATCH_RESPONSE=enabled on the function.',
    );
  return passed(
    RESPONSES,
    enabled
      ? 'failed records are named, and read'
      : 'not read; any failure delivers the batch again',
  );
}

/** The payload of an invocation. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const PAYLOAD_BYTES = 6 * 1024 * 1024;
/** Coordinates, timestamp and punctuation of a record in the event. */
const FRAME_BYTES = 200;

/**
 * Whether batches can become as large as they are set.
 *
 * @param recordBytes of a typical record, as in Kafka; in the event it is base64, a third longer
 */
export function judgeBatch(mapping: Mapping, recordBytes: number): Check {
  const { BatchSize: size = 100, MaximumBatchingWindowInSeconds: window } = mapping;
  const each = Math.ceil(recordBytes / 3) * 4 + FRAME_BYTES;
  const fit = Math.max(1, Math.floor(PAYLOAD_BYTES / each));
  const about = `up to ${size} records within ${window ?? 0.5} s`;
  if (size > fit)
    return warned(
      BATCH,
      `${about}, but only ${fit} records of ${recordBytes} bytes fit into the 6 MB of an invocation: batches are cut there`,
      `Lower BatchSize to at most ${fit}, or give the size of your records: --record-bytes N.`,
    );
  const bytes = (size * each) / 1024 / 1024;
  return passed(
    BATCH,
    `${about}, ${bytes.toFixed(1)} of 6 MB with records of ${recordBytes} bytes`,
  );
}

const GROUPS = ['EventCount', 'ErrorCount', 'KafkaMetrics'] as const;

/** Whether the mapping reports what the alarms watch. On-demand mode has no such metrics. */
export function judgeMetrics(mapping: Mapping): readonly Check[] {
  if (!isProvisioned(mapping)) return [];
  const on = mapping.MetricsConfig?.Metrics ?? [];
  const missing = GROUPS.filter((group) => !on.includes(group));
  if (missing.length === 0) return [passed(METRICS, `all groups: ${GROUPS.join(', ')}`)];
  return [
    warned(
      METRICS,
      `${missing.join(', ')} not reported: alarms on dropped events or failed commits have nothing to watch`,
      `Set MetricsConfig: {Metrics: [${GROUPS.join(', ')}]}.`,
    ),
  ];
}
