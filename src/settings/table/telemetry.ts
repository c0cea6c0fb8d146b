import { text } from '../kinds.ts';
import type { Group } from '../setting.ts';

export const TELEMETRY = {
  subject: 'Names in logs and metrics',
  readBy: 'sink',
  settings: {
    /** In each log line, and a dimension of CloudWatch's metrics. */
    serviceName: {
      variable: 'POWERTOOLS_SERVICE_NAME',
      flag: 'service-name',
      kind: text('a name'),
      default: 'kafka-pg-sink',
      help: 'service in log lines and metrics',
    },
    /** Of CloudWatch's metrics. */
    namespace: {
      variable: 'POWERTOOLS_METRICS_NAMESPACE',
      flag: 'metrics-namespace',
      kind: text('a name'),
      default: 'KafkaPgSink',
      help: 'namespace of the metrics in CloudWatch',
    },
    /** A dimension of CloudWatch's metrics. */
    stage: {
      variable: 'STAGE',
      kind: text('a name'),
      default: 'local',
      help: 'stage of the metrics in CloudWatch',
    },
  },
} as const satisfies Group;
