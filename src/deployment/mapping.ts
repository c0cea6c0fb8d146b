import { logicalName, type Resource } from './cloudformation.ts';
import type { KafkaParameters } from './kafka-parameters.ts';
import type { KafkaSource } from './kafka-source.ts';
import { accessConfigurations } from './mapping-access.ts';
import type { SchemaRegistry } from './schema-registry.ts';
import type { Subscription } from './subscriptions.ts';

/**
 * The event source mapping of a topic. The framework's own `msk` and `kafka` events know only some of these properties.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
 */
export function createMapping(kafka: KafkaParameters, subscription: Subscription): Resource {
  const access = accessConfigurations(kafka);
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: 'SinkLambdaFunction' },
      ...source(kafka, subscription),
      ...(access.length > 0 ? { SourceAccessConfigurations: access } : {}),
      Topics: [subscription.topic],
      BatchSize: kafka.batchSize,
      // A share group's own setting says where it begins, and Lambda refuses a window for it.
      ...(kafka.consumption === 'stream' ? streamProperties(kafka) : {}),
      ...(kafka.filterPatterns.length > 0
        ? { FilterCriteria: { Filters: kafka.filterPatterns.map((Pattern) => ({ Pattern })) } }
        : {}),
      ...(kafka.mode === 'provisioned' ? provisionedProperties(kafka) : {}),
    },
  };
}

/**
 * The mapping's name in the template. What Lambda cannot change of a mapping is in it, so that a change is a new mapping in
 * place of the old one. CloudFormation would take a new topic or group for an update, and leave both as they are:
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2140
 */
export function mappingName(
  { source, consumption }: KafkaParameters,
  { topic, consumerGroup }: Subscription,
): string {
  const where = source.kind === 'msk' ? arnOf(source) : source.bootstrapServers;
  const fixed = [where, topic, consumerGroup, ...(consumption === 'queue' ? [consumption] : [])];
  return logicalName('KafkaMapping', fixed);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/msk-cross-account.html */
function arnOf({ clusterArn, vpcConnectionArn }: KafkaSource & { kind: 'msk' }): string {
  return vpcConnectionArn ?? clusterArn;
}

function streamProperties({ startingPosition, batchWindow }: KafkaParameters) {
  return {
    StartingPosition: startingPosition.at,
    ...(startingPosition.at === 'AT_TIMESTAMP'
      ? { StartingPositionTimestamp: startingPosition.timestamp }
      : {}),
    MaximumBatchingWindowInSeconds: batchWindow,
  };
}

/**
 * What only provisioned mode has. The on-failure queue is here too, although on-demand mode would take it: Lambda cuts
 * the infinite retries of a mapping with a destination to 10, and on-demand mode has no other number. Without a
 * destination it retries until Kafka deletes the records, which is what loses nothing (promise P1).
 * https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
 */
function provisionedProperties({
  pollers,
  maximumRetryAttempts,
  maximumRecordAge,
}: KafkaParameters) {
  return {
    ProvisionedPollerConfig: {
      MinimumPollers: pollers.minimum,
      MaximumPollers: pollers.maximum,
      ...(pollers.group ? { PollerGroupName: pollers.group } : {}),
    },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    // For an invocation that fails as a whole: a timeout, or an event that cannot be read.
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: maximumRetryAttempts,
    MaximumRecordAgeInSeconds: maximumRecordAge,
    DestinationConfig: {
      OnFailure: { Destination: { 'Fn::GetAtt': ['OnFailureQueue', 'Arn'] } },
    },
    MetricsConfig: { Metrics: ['EventCount', 'ErrorCount', 'KafkaMetrics'] },
    LoggingConfig: { SystemLogLevel: 'WARN' },
  };
}

function source(
  { source, consumption, schemaRegistry }: KafkaParameters,
  { consumerGroup }: Subscription,
) {
  const config = {
    ConsumerGroupId: consumerGroup,
    ...(schemaRegistry ? { SchemaRegistryConfig: registryConfig(schemaRegistry) } : {}),
  };
  return source.kind === 'msk'
    ? { EventSourceArn: arnOf(source), AmazonManagedKafkaEventSourceConfig: config }
    : {
        SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: source.bootstrapServers } },
        SelfManagedKafkaEventSourceConfig:
          consumption === 'queue' ? { ...config, ConsumptionMode: 'Queue' } : config,
      };
}

function registryConfig({ uri, secretArn }: SchemaRegistry) {
  return {
    SchemaRegistryURI: uri,
    // The sink reads JSON, whatever the topic holds.
    EventRecordFormat: 'JSON',
    SchemaValidationConfigs: [{ Attribute: 'VALUE' }],
    ...(secretArn ? { AccessConfigs: [{ Type: 'BASIC_AUTH', URI: secretArn }] } : {}),
  };
}
