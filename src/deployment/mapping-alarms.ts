import { type Alarm, alarmResources, mappingMetric, queueMetric, sinkMetric } from './alarm.ts';
import { logicalName, type Resource } from './cloudformation.ts';
import { mappingName } from './mapping.ts';
import type { Parameters } from './parameters.ts';
import type { Subscription } from './subscriptions.ts';

/** The alarms that only provisioned mode has: on the on-failure queue, and on the own metrics of each topic's mapping. */
export function createMappingAlarms(parameters: Parameters): Record<string, Resource> {
  const ofTopics = parameters.kafka.subscriptions.flatMap((one) => alarmsOf(parameters, one));
  return alarmResources(parameters, {
    ...alarmsOfAll(parameters),
    ...Object.fromEntries(ofTopics),
  });
}

function alarmsOfAll(parameters: Parameters): Readonly<Record<string, Alarm>> {
  return {
    BatchesGivenUpAlarm: {
      section: 'batches-given-up',
      says: 'Lambda gave batches up after all retries, or by their age; the on-failure queue names their offsets, and only Kafka still has the records. First: write down the offsets and how long the topic keeps them.',
      metric: queueMetric('ApproximateNumberOfMessagesVisible', 'OnFailureQueue'),
      ...{ period: 60, of: 1 },
      threshold: 1,
    },
    // Here failed records are named in the response, so no error of the function shows them. In on-demand mode it throws.
    RecordsFailedAlarm: {
      section: 'records-failed',
      says: 'Records have failed in five of the last 10 minutes, and are delivered again: the database or its login, a table or column, or the dead-letter queue. First: read the causes in the log line "records failed, to be delivered again".',
      metric: sinkMetric('RecordsFailed', parameters),
      // A failover is over by itself before that. An invocation, and so a count, can take a minute.
      ...{ period: 60, of: 10, bad: 5 },
      threshold: 1,
    },
  };
}

/** What is in an alarm's name decides its name in the template: two alarms cannot have one name for a moment. */
function alarmsOf(
  { kafka }: Parameters,
  subscription: Subscription,
): readonly (readonly [string, Alarm])[] {
  const { topic } = subscription;
  const mapping = mappingName(kafka, subscription);
  const alarms = {
    EventsDroppedAlarm: {
      section: 'events-dropped',
      says: 'Lambda gave records up and could not send their offsets to the on-failure queue. First: find them before Kafka deletes the records.',
      metric: mappingMetric('DroppedEventCount', 'Sum', mapping),
      ...{ period: 60, of: 1 },
      ...MORE_THAN_NONE,
    },
    OnFailureDeliveryAlarm: {
      section: 'on-failure-delivery',
      says: "Lambda cannot write to the on-failure queue. First: check the function's role and the queue's policy; nothing is lost until batches are given up.",
      metric: mappingMetric('OnFailureDestinationDeliveryErrorCount', 'Sum', mapping),
      ...{ period: 60, of: 1 },
      ...MORE_THAN_NONE,
    },
    CommitErrorsAlarm: {
      section: 'commit-errors',
      says: "Lambda cannot commit offsets: records that are stored already will be delivered again, which stores nothing twice. First: check the Kafka brokers and the group's permissions.",
      metric: mappingMetric('CommitErrorCount', 'Sum', mapping),
      ...{ period: 60, of: 1 },
      ...MORE_THAN_NONE,
    },
    NotPollingAlarm: {
      section: 'not-polling',
      says: "Lambda has not read from the topic for 15 minutes: the mapping is disabled or cannot reach Kafka. First: read the mapping's state and last processing result.",
      metric: mappingMetric('PolledEventCount', 'SampleCount', mapping),
      ...{ period: 300, of: 3 },
      ...{ threshold: 1, operator: 'LessThanThreshold' },
      // An empty poll reports 0, so a poller that reports nothing does not poll. No other metric would show it.
      missing: 'breaching',
    },
  } as const satisfies Record<string, Alarm>;
  return Object.entries(alarms).map(([name, alarm]) => [
    logicalName(name, topic),
    { ...alarm, topic },
  ]);
}

const MORE_THAN_NONE = { threshold: 0, operator: 'GreaterThanThreshold' } as const;
