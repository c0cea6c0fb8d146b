import {
  type Alarm,
  alarmResources,
  type ExpressionAlarm,
  expressionAlarm,
  functionMetric,
  type Metric,
  mappingMetric,
  queueMetric,
  sinkMetric,
} from './alarm.ts';
import { logicalName, type Resource } from './cloudformation.ts';
import { mappingName } from './mapping.ts';
import type { Parameters } from './parameters.ts';

/** Share of the timeout from which an invocation is close to it. */
const DURATION_SHARE = 0.8;

/** The alarms of both modes. */
export function createAlarms(parameters: Parameters): Record<string, Resource> {
  const { FunctionErrorsAlarm, ThrottlesAlarm, ...more } = alarmsOf(parameters);
  return {
    ...alarmResources(parameters, { FunctionErrorsAlarm, ThrottlesAlarm }),
    ...lagAlarms(parameters),
    MostlyRejectedAlarm: mostlyRejectedAlarm(parameters),
    ...alarmResources(parameters, more),
  };
}

/** Three minutes of five are a state; one bad minute is over by itself. */
const MOST_OF_FIVE = { period: 60, of: 5, bad: 3 } as const;

function alarmsOf(parameters: Parameters) {
  const { sink } = parameters;
  return {
    FunctionErrorsAlarm: {
      section: 'function-errors',
      says: "Invocations throw, time out or run out of memory. First: look at the function's last error lines; with mode=on-demand, at the database.",
      metric: functionMetric('Errors', 'Sum'),
      // One error is delivered again by itself.
      ...MOST_OF_FIVE,
      threshold: 1,
    },
    ThrottlesAlarm: {
      section: 'throttles',
      says: 'Lambda refuses invocations: the function is at its reserved concurrency, or the account at its own. First: see whether the lag grows; if it does not, there is time.',
      metric: functionMetric('Throttles', 'Sum'),
      ...MOST_OF_FIVE,
      threshold: 1,
    },
    RecordsDeadLetteredAlarm: {
      section: 'records-dead-lettered',
      says: 'Records arrived that can never be stored; they are safe in the dead-letter queue. First: read the reasons in the log line "records dead-lettered", and ask what the producer changed.',
      metric: sinkMetric('RecordsDeadLettered', parameters),
      ...{ period: 300, of: 1 },
      threshold: sink.deadLetterAlarm,
    },
    BatchesRejectedAlarm: {
      section: 'batches-rejected',
      says: 'PostgreSQL refuses every record of whole batches, which then are dead-lettered: a constraint is wrong more likely than every record. First: undo the last change of the table, or stop the mapping.',
      metric: sinkMetric('BatchesRejected', parameters),
      ...{ period: 60, of: 1 },
      threshold: 1,
    },
    DeadLettersWaitingAlarm: {
      section: 'dead-letters-waiting',
      says: 'Dead letters have waited in each hour of 4 days; SQS deletes each after 14. First: read the dead letters or move them elsewhere before they expire.',
      // The age of the oldest message leaves out what was received three times, as each look at the queue does.
      metric: queueMetric('ApproximateNumberOfMessagesVisible', 'DeadLetterQueue'),
      // A long weekend, with ten days left.
      ...{ period: 3600, of: 96 },
      threshold: 1,
    },
    CircuitOpenAlarm: {
      section: 'circuit-open',
      says: 'The breaker keeps opening: PostgreSQL cannot be reached or answers with transient errors. Records wait in Kafka. First: is the database up, and are its connections used up?',
      metric: sinkMetric('CircuitOpen', parameters),
      // A failover opens it for a minute or two.
      ...MOST_OF_FIVE,
      threshold: 1,
    },
    DurationAlarm: {
      section: 'duration',
      says: 'Invocations take more than 80 % of the timeout. First: compare with the time for storing a batch on the dashboard; if that is long too, the database is slow.',
      metric: functionMetric('Duration', 'Maximum'),
      ...MOST_OF_FIVE,
      threshold: sink.timeout * 1000 * DURATION_SHARE,
    },
  } as const satisfies Record<string, Alarm>;
}

/**
 * A lag that shrinks is being worked off: no reason to wake anybody. In provisioned mode each topic has its own, of the partition
 * that is furthest behind: one that stands still cannot hide behind others. In on-demand mode Lambda reports the function's alone.
 */
function lagAlarms(parameters: Parameters): Record<string, Resource> {
  const { kafka } = parameters;
  if (kafka.mode === 'on-demand')
    // No other alarm would say that the mapping is disabled or broken.
    return {
      LagAlarm: lagAlarm(parameters, {
        lag: functionMetric('OffsetLag', 'Maximum'),
        unknownIsSaid: true,
      }),
    };
  return Object.fromEntries(
    kafka.subscriptions.map((one) => {
      const lag = mappingMetric('MaxOffsetLag', 'Maximum', mappingName(kafka, one));
      const { topic } = one;
      return [logicalName('LagAlarm', topic), lagAlarm(parameters, { topic, lag })];
    }),
  );
}

function lagAlarm(
  parameters: Parameters,
  { lag, ...whose }: Pick<ExpressionAlarm, 'topic' | 'unknownIsSaid'> & { readonly lag: Metric },
): Resource {
  return expressionAlarm(parameters, {
    section: 'lag',
    says: 'The lag is above its threshold and has not shrunk for 15 minutes, or nobody reports it. First: see on the dashboard whether records are still being stored (too slow) or not (stuck).',
    label: 'lag above the threshold that does not shrink',
    expression: `IF(lag >= ${parameters.sink.lagAlarm} AND DIFF(lag) >= 0, lag, 0)`,
    metrics: { lag },
    of: 3,
    // Unknown is neither good nor bad: the alarm then shows INSUFFICIENT_DATA.
    missing: 'missing',
    ...whose,
  });
}

/** One bad constraint or producer among good ones, which no batch shows that is rejected as a whole. */
function mostlyRejectedAlarm(parameters: Parameters): Resource {
  return expressionAlarm(parameters, {
    section: 'mostly-rejected',
    says: 'More than half of the records of five minutes are dead-lettered. First: read reasons and rejections in the log line "records dead-lettered"; one constraint means the table, many reasons the producer.',
    label: 'dead letters, where they are more than half',
    expression: 'IF(rejected >= 10 AND rejected > received / 2, rejected, 0)',
    metrics: {
      rejected: sinkMetric('RecordsDeadLettered', parameters),
      received: sinkMetric('RecordsReceived', parameters),
    },
    of: 1,
    missing: 'notBreaching',
  });
}
