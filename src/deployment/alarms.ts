import {
  type Alarm,
  alarmResource,
  alarmResources,
  functionMetric,
  queueMetric,
  sinkMetric,
} from './alarm.ts';
import type { Resource } from './cloudformation.ts';
import type { Parameters } from './parameters.ts';

/** Share of the timeout from which an invocation is close to it. */
const DURATION_SHARE = 0.8;

/** The alarms of both modes. */
export function createAlarms(parameters: Parameters): Record<string, Resource> {
  const { FunctionErrorsAlarm, ThrottlesAlarm, ...more } = alarmsOf(parameters);
  return {
    ...alarmResources(parameters, { FunctionErrorsAlarm, ThrottlesAlarm }),
    LagAlarm: lagAlarm(parameters),
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
    DeadLetterAgeAlarm: {
      section: 'dead-letter-age',
      says: 'A dead letter has waited for 4 days; SQS deletes it after 14. First: read the dead letters or move them elsewhere before they expire.',
      metric: queueMetric('ApproximateAgeOfOldestMessage', 'DeadLetterQueue'),
      ...{ period: 300, of: 1 },
      // Seconds: a long weekend, with ten days left.
      threshold: 345_600,
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

/** A lag that shrinks is being worked off: no reason to wake anybody. */
function lagAlarm(parameters: Parameters): Resource {
  const lag = functionMetric('OffsetLag', 'Maximum');
  const says =
    'The lag is above its threshold and has not shrunk for 15 minutes. First: see on the dashboard whether records are still being stored (too slow) or not (stuck).';
  return alarmResource(
    parameters,
    { section: 'lag', says },
    {
      Metrics: [
        {
          Id: 'stuck',
          Label: 'lag above the threshold that does not shrink',
          Expression: `IF(lag >= ${parameters.sink.lagAlarm} AND DIFF(lag) >= 0, lag, 0)`,
          ReturnData: true,
        },
        {
          Id: 'lag',
          ReturnData: false,
          MetricStat: {
            Metric: { Namespace: lag.namespace, MetricName: lag.name, Dimensions: lag.dimensions },
            Stat: lag.statistic,
            Period: 300,
          },
        },
      ],
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      // Unknown is neither good nor bad: the alarm then shows INSUFFICIENT_DATA.
      TreatMissingData: 'missing',
    },
  );
}
