import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import {
  buildBundle,
  mappingOf,
  type Packaged,
  packageStage,
  type Template,
} from './support/package.ts';
import { USUAL } from './support/parameters.ts';

const SOURCES = ['msk', 'self-managed'] as const;
const MODES = ['provisioned', 'on-demand'] as const;
const VARIANTS = SOURCES.flatMap((source) => MODES.map((mode) => ({ source, mode })));

const packages = new Map<string, Packaged>();

beforeAll(async () => {
  await buildBundle();
  // Two at a time, for two cores.
  for (const source of SOURCES)
    await Promise.all(
      MODES.map(async (mode) => {
        packages.set(`${source} ${mode}`, await packageStage('prod', { ...USUAL[source], mode }));
      }),
    );
});

function packaged(source: string, mode: string): Packaged {
  const found = packages.get(`${source} ${mode}`);
  if (found?.code !== 0) throw new Error(found?.output ?? 'not packaged');
  return found;
}

const properties = (template: Template, name: string) => template.Resources[name]?.Properties ?? {};
const named = (template: Template, type: string) =>
  Object.entries(template.Resources).filter(([, { Type }]) => Type === type);

describe.each(VARIANTS)('$source, $mode', ({ source, mode }) => {
  const template = () => packaged(source, mode).template;

  test('is packaged without credentials and without the network, and looks as it did in review', async () => {
    expect(packaged(source, mode).output).toContain('Service packaged');
    await expect(readable(template())).toMatchFileSnapshot(`golden/${source}-${mode}.yml`);
  });

  test('the archive holds the bundle with its licences and nothing else, in less than 250 KB', () => {
    const { archive, archiveBytes } = packaged(source, mode);
    expect(Object.keys(archive).sort()).toEqual(['dist/handler.licenses.txt', 'dist/handler.mjs']);
    expect(archive['dist/handler.mjs']).toContain('export{');
    expect(archiveBytes).toBeLessThan(250_000);
  });

  test('the function runs the bundle on Node.js 24 and arm64, traced, with JSON logs that expire', () => {
    expect(properties(template(), 'SinkLambdaFunction')).toMatchObject({
      FunctionName: 'kafka-pg-sink-prod',
      Handler: 'dist/handler.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 1024,
      Timeout: 60,
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' },
      Role: { 'Fn::GetAtt': ['SinkRole', 'Arn'] },
      VpcConfig: {
        SubnetIds: ['subnet-0a1b0a1b', 'subnet-0c2d0c2d'],
        SecurityGroupIds: ['sg-0a1b0a1b'],
      },
    });
    expect(properties(template(), 'SinkLogGroup')).toEqual({
      LogGroupName: '/aws/lambda/kafka-pg-sink-prod',
      RetentionInDays: 30,
    });
    expect(named(template(), 'AWS::IAM::Role').map(([name]) => name)).toEqual(['SinkRole']);
  });

  test('the mapping reads partial responses exactly where the function gives them', () => {
    const { Variables } = properties(template(), 'SinkLambdaFunction').Environment;
    const { properties: mapping } = mappingOf(template());
    const provisioned = mode === 'provisioned';
    expect(Variables.PARTIAL_BATCH_RESPONSE).toBe(provisioned ? 'enabled' : 'disabled');
    expect(mapping.FunctionResponseTypes).toEqual(
      provisioned ? ['ReportBatchItemFailures'] : undefined,
    );
    expect(mapping.ProvisionedPollerConfig !== undefined).toBe(provisioned);
  });

  test('queues are encrypted, keep messages for 14 days, and refuse plain HTTP', () => {
    const queues = named(template(), 'AWS::SQS::Queue');
    // In both modes: a queue that goes with a mode is kept by AWS, and its name is taken when the mode comes back.
    expect(queues.map(([name]) => name)).toEqual(['DeadLetterQueue', 'OnFailureQueue']);
    for (const [name, queue] of queues) {
      expect(queue.Properties).toMatchObject({
        MessageRetentionPeriod: 14 * 86_400,
        SqsManagedSseEnabled: true,
      });
      expect(queue.Properties.FifoQueue).toBeUndefined();
      const policy = properties(template(), `${name}Policy`);
      expect(policy.Queues).toEqual([{ Ref: name }]);
      expect(policy.PolicyDocument.Statement).toEqual([
        expect.objectContaining({
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Resource: { 'Fn::GetAtt': [name, 'Arn'] },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]);
    }
  });

  test('the role names resources wherever AWS takes them, and no action with a wildcard', () => {
    const [policy] = properties(template(), 'SinkRole').Policies;
    const { Statement } = policy.PolicyDocument;
    const allowed = Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    const everywhere = allowed
      .filter(({ Resource }: { Resource: unknown }) => Resource === '*')
      .flatMap(({ Action }: { Action: string[] }) => Action);
    // X-Ray and EC2's descriptions know no resources, and Lambda asks for the others without one.
    const unavoidable =
      /^xray:Put(TraceSegments|TelemetryRecords)$|^ec2:(Describe\w+|DeleteNetworkInterface|(Una|A)ssignPrivateIpAddresses)$/;
    expect(everywhere.filter((action: string) => !unavoidable.test(action))).toEqual([]);
    for (const { Action, Resource } of allowed) {
      expect(Action.filter((action: string) => action.includes('*'))).toEqual([]);
      expect([Resource].flat().length).toBeGreaterThan(0);
      if (Resource === '*') continue;
      for (const resource of Resource.map(arnText))
        expect(resource).toMatch(
          // Network interfaces get their ids later, and where an MSK cluster is, the template cannot know.
          /^[^*]+$|:ec2:.*:network-interface\/\*$|:ec2:.*:(subnet|security-group)\/\*$/,
        );
    }
    if (source === 'self-managed')
      expect(JSON.stringify(policy)).not.toMatch(/(subnet|security-group)\/\*/);
  });

  test('every alarm says what to do first, names its section of the runbook, and tells the topic', () => {
    const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
    const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title = '']) => slug(title));
    const alarms = named(template(), 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBe(mode === 'provisioned' ? 15 : 9);
    for (const [, { Properties: alarm }] of alarms) {
      const [, section] =
        / First: .+[.?] Runbook: docs\/runbook\.md#([\w-]+)$/.exec(alarm.AlarmDescription) ?? [];
      expect(sections).toContain(section);
      const ofMapping = alarm.AlarmDescription.startsWith('Topic notifications: ');
      expect(alarm.AlarmName).toBe(
        `kafka-pg-sink-prod-${section}${ofMapping ? '-notifications' : ''}`,
      );
      expect(alarm.AlarmActions).toEqual([USUAL[source].alarmTopicArn]);
      expect(alarm.OKActions).toEqual([USUAL[source].alarmTopicArn]);
      // Of a mapping that is disabled or broken, on-demand mode shows nothing but a lag that nobody reports.
      const unknown = section === 'lag' && mode === 'on-demand';
      expect(alarm.InsufficientDataActions).toEqual(
        unknown ? [USUAL[source].alarmTopicArn] : undefined,
      );
      expect(['missing', 'notBreaching', 'breaching']).toContain(alarm.TreatMissingData);
    }
  });

  test('alarms watch metrics that exist in this mode, of the function, the mapping, the queues and the sink', () => {
    const watched = named(template(), 'AWS::CloudWatch::Alarm').map(([, { Properties: alarm }]) => {
      const { Namespace, MetricName, Dimensions } =
        alarm.Metrics?.find(({ MetricStat }: { MetricStat?: unknown }) => MetricStat).MetricStat
          .Metric ?? alarm;
      const [dimension] = Dimensions;
      return `${Namespace} ${MetricName} ${dimension.Name}`;
    });
    expect(watched.toSorted()).toEqual(
      [
        'AWS/Lambda Errors FunctionName',
        'AWS/Lambda Throttles FunctionName',
        'AWS/Lambda Duration FunctionName',
        'AWS/SQS ApproximateNumberOfMessagesVisible QueueName',
        'KafkaPgSink RecordsDeadLettered service',
        'KafkaPgSink RecordsDeadLettered service',
        'KafkaPgSink BatchesRejected service',
        'KafkaPgSink CircuitOpen service',
        ...(mode === 'on-demand'
          ? ['AWS/Lambda OffsetLag FunctionName']
          : [
              'AWS/Lambda MaxOffsetLag EventSourceMappingUUID',
              'KafkaPgSink RecordsFailed service',
              'AWS/Lambda DroppedEventCount EventSourceMappingUUID',
              'AWS/Lambda OnFailureDestinationDeliveryErrorCount EventSourceMappingUUID',
              'AWS/Lambda CommitErrorCount EventSourceMappingUUID',
              'AWS/Lambda PolledEventCount EventSourceMappingUUID',
              'AWS/SQS ApproximateNumberOfMessagesVisible QueueName',
            ]),
      ].toSorted(),
    );
  });

  test('dead letters that wait are seen whoever looks at them: by their number, in each hour of four days', () => {
    // The age of the oldest leaves out what was received three times, as each `dead-letters list` does.
    expect(JSON.stringify(template())).not.toContain('ApproximateAgeOfOldestMessage');
    expect(properties(template(), 'DeadLettersWaitingAlarm')).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Statistic: 'Maximum',
      ...{ Period: 3600, EvaluationPeriods: 96, Threshold: 1 },
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
  });

  test('more rejected than not is an alarm, from ten records on', () => {
    const [expression, ...metrics] = properties(template(), 'MostlyRejectedAlarm').Metrics;
    expect(expression).toMatchObject({
      Expression: 'IF(rejected >= 10 AND rejected > received / 2, rejected, 0)',
      ReturnData: true,
    });
    expect(metrics).toMatchObject([
      {
        Id: 'rejected',
        MetricStat: { Metric: { MetricName: 'RecordsDeadLettered' }, Stat: 'Sum' },
      },
      { Id: 'received', MetricStat: { Metric: { MetricName: 'RecordsReceived' }, Stat: 'Sum' } },
    ]);
  });

  test.runIf(mode === 'provisioned')(
    'records that fail are an alarm though an invocation, and so a count, can take a minute',
    () => {
      expect(properties(template(), 'RecordsFailedAlarm')).toMatchObject({
        ...{ Period: 60, EvaluationPeriods: 10, DatapointsToAlarm: 5, Threshold: 1 },
      });
    },
  );

  test('the dashboard answers three questions, one a row, and refers only to what is there', () => {
    const body = properties(template(), 'Dashboard').DashboardBody['Fn::Sub'];
    const { widgets } = JSON.parse(body);
    const headings = widgets.filter(({ type }: { type: string }) => type === 'text');
    expect(headings.map((widget: { properties: object }) => widget.properties)).toEqual([
      { markdown: '## Is it keeping up?' },
      { markdown: '## Is anything lost?' },
      { markdown: '## Is the database well?' },
    ]);
    const references = [...body.matchAll(/\$\{(?!AWS::)(\w+)/g)].map(([, name]) => name);
    for (const name of new Set(references)) expect(template().Resources).toHaveProperty(name);
    expect(body.includes('DroppedEventCount')).toBe(mode === 'provisioned');
  });
});

test('a second stack of another name exports nothing that the first one does', async () => {
  const { code, output, template } = await packageStage('prod', { ...USUAL.msk, name: 'orders' });
  expect(code, output).toBe(0);
  const exportsOf = ({ Outputs }: Template) =>
    Object.values(Outputs).flatMap((one) => one.Export?.Name ?? []);
  expect(exportsOf(template)).toEqual(['sls-orders-prod-ServerlessDeploymentBucketName']);
  expect(exportsOf(packaged('msk', 'provisioned').template)).toEqual([
    'sls-kafka-pg-sink-prod-ServerlessDeploymentBucketName',
  ]);
});

test('an MSK mapping in provisioned mode outlasts an outage and notes what it gives up', () => {
  expect(mappingOf(packaged('msk', 'provisioned').template).properties).toEqual({
    FunctionName: { Ref: 'SinkLambdaFunction' },
    EventSourceArn: USUAL.msk.clusterArn,
    AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'kafka-pg-sink-prod-notifications' },
    Topics: ['notifications'],
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: 1000,
    MaximumBatchingWindowInSeconds: 1,
    ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 10 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 10_000,
    // None: a first deployment reads what the topic has kept for longer than any limit. The retries bound it.
    MaximumRecordAgeInSeconds: -1,
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['OnFailureQueue', 'Arn'] } } },
    MetricsConfig: { Metrics: ['EventCount', 'ErrorCount', 'KafkaMetrics'] },
    LoggingConfig: { SystemLogLevel: 'WARN' },
  });
});

test('a self-managed mapping in on-demand mode has nothing that only provisioned mode has', () => {
  expect(mappingOf(packaged('self-managed', 'on-demand').template).properties).toEqual({
    FunctionName: { Ref: 'SinkLambdaFunction' },
    SelfManagedEventSource: {
      Endpoints: {
        KafkaBootstrapServers: ['b-1.example.com:9096', 'b-2.example.com:9096'],
      },
    },
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: 'kafka-pg-sink-prod-notifications' },
    SourceAccessConfigurations: [
      { Type: 'SASL_SCRAM_512_AUTH', URI: USUAL['self-managed'].kafkaSecretArn },
      { Type: 'SERVER_ROOT_CA_CERTIFICATE', URI: USUAL['self-managed'].kafkaRootCaSecretArn },
      { Type: 'VPC_SUBNET', URI: 'subnet:subnet-0e3f0e3f' },
      { Type: 'VPC_SECURITY_GROUP', URI: 'security_group:sg-0e3f0e3f' },
    ],
    Topics: ['notifications'],
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: 1000,
    MaximumBatchingWindowInSeconds: 1,
  });
});

/** As GitHub makes an anchor of a heading. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

function arnText(resource: unknown): string {
  return typeof resource === 'string' ? resource : JSON.stringify(resource).replace(/"\}$/, '');
}

/** The template as YAML, without the date in the archive's name, and with the dashboard unfolded. */
function readable(template: Template): string {
  return stringify(
    JSON.parse(JSON.stringify(template), (key, value) => {
      if (key === 'S3Key') return value.replace(/\/\d+-[^/]+\//, '/<date>/');
      if (key === 'DashboardBody') return { 'Fn::Sub': JSON.parse(value['Fn::Sub']) };
      return value;
    }),
    { lineWidth: 120, aliasDuplicateObjects: false },
  );
}
