import { reference } from './cloudformation.ts';
import { mappingName } from './mapping.ts';
import type { Parameters } from './parameters.ts';

/** A line of a graph: a metric of a namespace, with its dimensions, and how to draw it. */
interface Line {
  readonly metric: readonly string[];
  readonly label: string;
  readonly stat: 'Sum' | 'Maximum' | 'Average' | 'p50' | 'p95' | 'p99';
}

interface Graph {
  readonly title: string;
  readonly lines: readonly Line[];
}

export interface Row {
  readonly question: string;
  readonly graphs: readonly Graph[];
}

const FUNCTION = ['FunctionName', reference('SinkLambdaFunction')] as const;

/** Three rows, one question each: is it keeping up, is anything lost, is the database well. */
export function dashboardRows({ name: service, stage, kafka, sink }: Parameters): readonly Row[] {
  const own = ['service', service, 'stage', stage] as const;
  const provisioned = kafka.mode === 'provisioned';
  const lambda = (name: string, label: string, stat: Line['stat']): Line => ({
    metric: ['AWS/Lambda', name, ...FUNCTION],
    label,
    stat,
  });
  const { subscriptions } = kafka;
  const mapping = (name: string, label: string, stat: Line['stat']): readonly Line[] =>
    subscriptions.map((one) => ({
      metric: ['AWS/Lambda', name, 'EventSourceMappingUUID', reference(mappingName(kafka, one))],
      label: subscriptions.length > 1 ? `${one.topic}: ${label}` : label,
      stat,
    }));
  const custom = (name: string, label: string, stat: Line['stat']): Line => ({
    metric: ['KafkaPgSink', name, ...own],
    label,
    stat,
  });
  const queue = (name: string, resource: string, label: string): Line => ({
    metric: ['AWS/SQS', name, 'QueueName', reference(`${resource}.QueueName`)],
    label,
    stat: 'Maximum',
  });

  return [
    {
      question: 'Is it keeping up?',
      graphs: [
        {
          title: `Lag (records; alarm from ${sink.lagAlarm})`,
          lines: [
            lambda('OffsetLag', 'lag', 'Maximum'),
            ...(provisioned ? mapping('MaxOffsetLag', 'worst partition', 'Maximum') : []),
          ],
        },
        {
          title: 'Records per minute',
          lines: [
            custom('RecordsReceived', 'received', 'Sum'),
            custom('RecordsStored', 'stored', 'Sum'),
            custom('RecordsDuplicate', 'of them there already', 'Sum'),
          ],
        },
        {
          title: 'Oldest record of a batch, until stored (ms)',
          lines: [
            custom('EndToEndLatency', 'p50', 'p50'),
            custom('EndToEndLatency', 'p95', 'p95'),
            custom('EndToEndLatency', 'longest', 'Maximum'),
          ],
        },
        {
          title: 'Pollers, environments, throttles',
          lines: [
            lambda('ConcurrentExecutions', 'environments', 'Maximum'),
            lambda('Throttles', 'throttles', 'Sum'),
            ...(provisioned ? mapping('ProvisionedPollers', 'pollers', 'Maximum') : []),
          ],
        },
      ],
    },
    {
      question: 'Is anything lost?',
      graphs: [
        {
          title: 'Records that were not stored',
          lines: [
            custom('RecordsFailed', 'failed, delivered again', 'Sum'),
            custom('RecordsDeadLettered', 'dead-lettered', 'Sum'),
            custom('BatchesRejected', 'batches rejected as a whole', 'Sum'),
            custom('RecordsKeptOut', 'kept out by a trigger or rule', 'Sum'),
            custom('RecordsPassedOver', 'passed over', 'Sum'),
            custom('KeyConflicts', 'key conflicts', 'Sum'),
          ],
        },
        {
          title: 'Dead letters waiting',
          lines: [
            queue('ApproximateNumberOfMessagesVisible', 'DeadLetterQueue', 'dead letters'),
            ...(provisioned
              ? [queue('ApproximateNumberOfMessagesVisible', 'OnFailureQueue', 'batches given up')]
              : []),
          ],
        },
        provisioned
          ? {
              title: 'Mapping: events given up, errors',
              lines: [
                ...mapping('DroppedEventCount', 'dropped', 'Sum'),
                ...mapping(
                  'OnFailureDestinationDeliveredEventCount',
                  'given up, in the on-failure queue',
                  'Sum',
                ),
                ...mapping(
                  'OnFailureDestinationDeliveryErrorCount',
                  'given up, in no queue',
                  'Sum',
                ),
                ...mapping('CommitErrorCount', 'commit errors', 'Sum'),
                ...mapping('PollingErrorCount', 'polling errors', 'Sum'),
              ],
            }
          : { title: 'Function errors', lines: [lambda('Errors', 'errors', 'Sum')] },
      ],
    },
    {
      question: 'Is the database well?',
      graphs: [
        {
          title: 'Storing a batch (ms)',
          lines: [
            custom('FlushDuration', 'p50', 'p50'),
            custom('FlushDuration', 'p95', 'p95'),
            custom('FlushDuration', 'longest', 'Maximum'),
          ],
        },
        {
          title: 'Retries, breaker',
          lines: [
            custom('RetryAttempts', 'retries', 'Sum'),
            custom('CircuitOpen', 'breaker opened', 'Sum'),
          ],
        },
        {
          title: `Invocations (ms; timeout ${sink.timeout * 1000})`,
          lines: [lambda('Duration', 'p95', 'p95'), lambda('Duration', 'longest', 'Maximum')],
        },
        {
          title: 'Invocations and errors',
          lines: [lambda('Invocations', 'invocations', 'Sum'), lambda('Errors', 'errors', 'Sum')],
        },
      ],
    },
  ];
}
