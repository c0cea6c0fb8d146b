import { integer, pattern, SWITCH } from '../kinds.ts';
import type { Group } from '../setting.ts';

export const HTTP = {
  subject: 'Health and metrics',
  readBy: 'consume',
  settings: {
    /** Nothing is shown to the machine's network unasked. The Dockerfile sets 0.0.0.0. */
    host: {
      variable: 'HTTP_HOST',
      flag: 'host',
      kind: pattern(/^[\w.:-]+$/, 'an address or host name', 'ADDRESS'),
      default: '127.0.0.1',
      help: 'address of /livez, /readyz and /metrics',
    },
    /** 0 takes a free one. */
    port: {
      variable: 'HTTP_PORT',
      flag: 'port',
      kind: integer(0, 65_535, 'port'),
      default: '8080',
      help: 'port of /livez, /readyz and /metrics; 0 takes a free one',
    },
    /** Whether CloudWatch's metrics are printed too. */
    cloudWatchMetrics: {
      variable: 'CLOUDWATCH_METRICS',
      flag: 'cloudwatch-metrics',
      kind: SWITCH,
      default: 'disabled',
      help: "whether CloudWatch's metrics are printed too, a line of EMF for each batch",
    },
  },
} as const satisfies Group;
