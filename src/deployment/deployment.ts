import { createAlarms } from './alarms.ts';
import { type Intrinsic, type Resource, reference } from './cloudformation.ts';
import { createDashboard } from './dashboard.ts';
import type { DeploymentInput } from './deployment-input.ts';
import { createEnvironment, type Environment } from './environment.ts';
import { createMapping, mappingName } from './mapping.ts';
import { createMappingAlarms } from './mapping-alarms.ts';
import { notesOn } from './notes.ts';
import { type Parameters, readParameters } from './parameters.ts';
import { queueResources } from './queue.ts';
import { createRole } from './role.ts';

interface Output {
  readonly Value: Intrinsic;
  readonly Export?: { readonly Name: string };
}

/** The parts of `serverless.yml` that follow from the parameters. */
export interface Deployment {
  /** What AWS may refuse that packaging cannot look at. */
  readonly notes: readonly string[];
  readonly stackName: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The function, as the framework's `functions` has it. */
  readonly function: Readonly<Record<string, unknown>> & { readonly environment: Environment };
  /** The rest of the stack, as the framework's `resources` has it. */
  readonly resources: {
    readonly Description: string;
    readonly Resources: Readonly<Record<string, Resource>>;
    readonly Outputs: Readonly<Record<string, Output>>;
    readonly extensions: Readonly<Record<string, { readonly Properties: object }>>;
  };
}

/**
 * Makes a deployment of its parameters.
 *
 * @throws {ConfigError} that names every parameter that is missing or wrong, and what it must be
 */
export function createDeployment(input: DeploymentInput): Deployment {
  const parameters = readParameters(input);
  const { name, stage, sink } = parameters;
  const stackName = `${name}-${stage}`;
  return {
    notes: notesOn(parameters),
    stackName,
    tags: { service: name, stage },
    function: {
      name: stackName,
      description: 'Stores records of Kafka in PostgreSQL',
      handler: 'dist/handler.handler',
      memorySize: sink.memory,
      timeout: sink.timeout,
      environment: createEnvironment(parameters),
      logRetentionInDays: sink.logRetention,
    },
    resources: {
      Description: `${name} ${stage}, from Kafka into PostgreSQL`,
      Resources: createResources(parameters),
      Outputs: {
        DeadLetterQueueUrl: { Value: { Ref: 'DeadLetterQueue' } },
        Mappings: { Value: { 'Fn::Sub': mappingIds(parameters.kafka) } },
        // The framework's own, which it exports by the name of the service: no two stacks of a Region can export the same, so with
        // another `name` a second one was refused.
        ServerlessDeploymentBucketName: {
          Value: { Ref: 'ServerlessDeploymentBucket' },
          Export: { Name: `sls-${stackName}-ServerlessDeploymentBucketName` },
        },
      },
      extensions: {
        SinkLambdaFunction: { Properties: functionProperties(parameters) },
        ...(sink.kmsKeyArn && { SinkLogGroup: { Properties: { KmsKeyId: sink.kmsKeyArn } } }),
      },
    },
  };
}

/** For a person: which topic has which mapping. */
function mappingIds(kafka: Parameters['kafka']): string {
  return kafka.subscriptions
    .map((one) => `${one.topic}: ${reference(mappingName(kafka, one))}`)
    .join(', ');
}

function createResources(parameters: Parameters): Record<string, Resource> {
  const { name, stage, kafka, sink } = parameters;
  return {
    SinkRole: createRole(parameters),
    ...Object.fromEntries(
      kafka.subscriptions.map((one) => [mappingName(kafka, one), createMapping(kafka, one)]),
    ),
    Dashboard: createDashboard(parameters),
    // Where records go that can never be stored, one dead letter each.
    ...queueResources('DeadLetterQueue', `${name}-${stage}-dead-letters`, sink.kmsKeyArn),
    // On-demand mode does not use it (mapping.ts says why). But a queue outlasts its place in the stack, and its name would
    // be taken when the mode changes back.
    ...queueResources('OnFailureQueue', `${name}-${stage}-on-failure`, sink.kmsKeyArn),
    ...createAlarms(parameters),
    ...(kafka.mode === 'provisioned' && createMappingAlarms(parameters)),
  };
}

/** Properties of the function that the framework does not know, or that exist only where they are set. */
function functionProperties({ sink, database: { caLayerArn } }: Parameters) {
  const { subnetIds, securityGroupIds } = sink.network;
  return {
    // Lambda's own lines in JSON too. The level is never above INFO: metrics are log lines without a level.
    LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: sink.logLevel },
    ...(sink.reservedConcurrency && { ReservedConcurrentExecutions: sink.reservedConcurrency }),
    ...(subnetIds.length > 0 && {
      VpcConfig: { SubnetIds: subnetIds, SecurityGroupIds: securityGroupIds },
    }),
    ...(caLayerArn && { Layers: [caLayerArn] }),
    ...(sink.kmsKeyArn && { KmsKeyArn: sink.kmsKeyArn }),
  };
}
