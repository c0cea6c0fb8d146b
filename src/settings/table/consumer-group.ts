import { milliseconds, oneOf, pattern } from '../kinds.ts';
import type { Group } from '../setting.ts';

const MINUTES = 60_000;

export const CONSUMER = {
  subject: 'Consumer group',
  readBy: 'consume',
  settings: {
    groupId: {
      variable: 'KAFKA_GROUP_ID',
      flag: 'group-id',
      kind: pattern(/^\S+$/, 'a name without white space', 'NAME'),
      unset: 'kafka-pg-sink-NAME, after the definition',
      help: 'consumer group; needed with several definitions',
    },
    /** Where a group begins in a topic in which it has committed nothing, unless the topic appeared later. */
    autoOffsetReset: {
      variable: 'KAFKA_AUTO_OFFSET_RESET',
      flag: 'from',
      kind: oneOf('earliest', 'latest'),
      default: 'latest',
      help: 'where a group begins in a topic that it is new to',
    },
    /**
     * Name of this member that outlives its process: after a crash it gets its partitions back when it returns within the
     * session timeout. An orderly stop gives them up.
     */
    groupInstanceId: {
      variable: 'KAFKA_GROUP_INSTANCE_ID',
      flag: 'group-instance-id',
      kind: pattern(/^\S+$/, 'a name without white space that no other member has', 'NAME'),
      help: 'static membership: the name that this process keeps when it is restarted',
    },
    /** Silence after which the group gives this member's partitions to others. */
    sessionTimeoutMs: {
      variable: 'KAFKA_SESSION_TIMEOUT_MS',
      flag: 'session-timeout-ms',
      kind: milliseconds(6000, 30 * MINUTES),
      default: '45000',
      help: 'silence after which Kafka gives the partitions to others',
    },
    /** Time in which `stop()` ends, whatever Kafka and the sink do. */
    shutdownTimeoutMs: {
      variable: 'SHUTDOWN_TIMEOUT_MS',
      kind: milliseconds(1, 10 * MINUTES),
      default: '25000',
      help: 'longest time between SIGTERM and the end',
    },
  },
} as const satisfies Group;
