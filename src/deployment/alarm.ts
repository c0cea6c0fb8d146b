import type { Intrinsic, Resource } from './cloudformation.ts';
import type { Parameters } from './parameters.ts';

/** A metric of CloudWatch, whose it is, and how its values of a period become one. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly { readonly Name: string; readonly Value: string | Intrinsic }[];
  readonly statistic: 'Sum' | 'Maximum' | 'SampleCount';
}

/** An alarm on one metric. A count that is not reported is a count of zero, so missing data raises no alarm by default. */
export interface Alarm {
  /** Its section of docs/runbook.md, and the end of its name. */
  readonly section: string;
  /** What happens, and what to do first. */
  readonly says: string;
  /** Whose it is, where each topic has one: in its name, too. */
  readonly topic?: string;
  readonly metric: Metric;
  /** Seconds. */
  readonly period: number;
  /** Periods that are looked at, and how many of them must be bad (default: all). */
  readonly of: number;
  readonly bad?: number;
  /** Bad from here on, or with an `operator` on the other side of it. */
  readonly threshold: number;
  readonly operator?: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly missing?: 'breaching';
}

/** Writes alarms as resources, by their names in the template. */
export function alarmResources(
  parameters: Parameters,
  alarms: Readonly<Record<string, Alarm>>,
): Record<string, Resource> {
  return Object.fromEntries(
    Object.entries(alarms).map(([name, alarm]) => [name, toResource(parameters, alarm)]),
  );
}

function toResource(parameters: Parameters, alarm: Alarm): Resource {
  const { metric, period, of, bad, threshold, operator, missing } = alarm;
  return alarmResource(parameters, alarm, {
    Namespace: metric.namespace,
    MetricName: metric.name,
    Dimensions: metric.dimensions,
    Statistic: metric.statistic,
    Period: period,
    EvaluationPeriods: of,
    ...(bad !== undefined && { DatapointsToAlarm: bad }),
    Threshold: threshold,
    ComparisonOperator: operator ?? 'GreaterThanOrEqualToThreshold',
    TreatMissingData: missing ?? 'notBreaching',
  });
}

/** An alarm on an expression of metrics, five minutes each, that is bad above zero. */
export interface ExpressionAlarm extends Pick<Alarm, 'section' | 'says' | 'topic' | 'of'> {
  readonly label: string;
  /** In CloudWatch's metric math, of the metrics' names. */
  readonly expression: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly missing: 'missing' | 'notBreaching';
  /** Whether the topic gets a message when data are missing, too. */
  readonly unknownIsSaid?: boolean;
}

/** Writes an alarm on an expression as a resource. */
export function expressionAlarm(parameters: Parameters, alarm: ExpressionAlarm): Resource {
  const { label, expression, metrics, of, missing, unknownIsSaid } = alarm;
  const { Type, Properties } = alarmResource(parameters, alarm, {
    Metrics: [
      { Id: 'bad', Label: label, Expression: expression, ReturnData: true },
      ...Object.entries(metrics).map(([Id, { namespace, name, dimensions, statistic }]) => ({
        Id,
        ReturnData: false,
        MetricStat: {
          Metric: { Namespace: namespace, MetricName: name, Dimensions: dimensions },
          Stat: statistic,
          Period: 300,
        },
      })),
    ],
    EvaluationPeriods: of,
    DatapointsToAlarm: of,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: missing,
  });
  const { AlarmActions } = Properties;
  return {
    Type,
    Properties: { ...Properties, ...(unknownIsSaid && { InsufficientDataActions: AlarmActions }) },
  };
}

/** @param condition when it is raised, as CloudFormation has it */
function alarmResource(
  { name, stage, sink }: Parameters,
  { section, says, topic }: Pick<Alarm, 'section' | 'says' | 'topic'>,
  condition: Resource['Properties'],
): Resource {
  const actions = sink.alarmTopicArn ? [sink.alarmTopicArn] : [];
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: [name, stage, section, ...(topic ? [topic] : [])].join('-'),
      AlarmDescription: `${topic ? `Topic ${topic}: ` : ''}${says} Runbook: docs/runbook.md#${section}`,
      ...condition,
      AlarmActions: actions,
      OKActions: actions,
    },
  };
}

type Statistic = Metric['statistic'];

/** A metric of the function. */
export function functionMetric(name: string, statistic: Statistic): Metric {
  const dimensions = [{ Name: 'FunctionName', Value: { Ref: 'SinkLambdaFunction' } }];
  return { namespace: 'AWS/Lambda', name, dimensions, statistic };
}

/** A metric of an event source mapping, which has this name in the template. */
export function mappingMetric(name: string, statistic: Statistic, mapping: string): Metric {
  const dimensions = [{ Name: 'EventSourceMappingUUID', Value: { Ref: mapping } }];
  return { namespace: 'AWS/Lambda', name, dimensions, statistic };
}

/** A metric of a queue. */
export function queueMetric(name: string, queue: string): Metric {
  const Value: Intrinsic = { 'Fn::GetAtt': [queue, 'QueueName'] };
  return {
    ...{ namespace: 'AWS/SQS', name, dimensions: [{ Name: 'QueueName', Value }] },
    statistic: 'Maximum',
  };
}

/** A metric that the sink writes itself. */
export function sinkMetric(name: string, { name: service, stage }: Parameters): Metric {
  const dimensions = [
    { Name: 'service', Value: service },
    { Name: 'stage', Value: stage },
  ];
  return { namespace: 'KafkaPgSink', name, dimensions, statistic: 'Sum' };
}
