import { createDashboard } from './dashboard.ts';
import type { DeploymentInput } from './deployment-input.ts';
import { createEnvironment } from './environment.ts';
import type { FunctionParameters } from './function-parameters.ts';
import { createMapping } from './mapping.ts';
import { readParameters } from './parameters.ts';
import { createRole } from './role.ts';

/**
 * What the parameters decide in the template; the rest is in `serverless.yml` and `infra/resources`.
 *
 * @throws {ConfigError} that names every parameter that is missing or wrong, and what it must be
 */
export function createDeployment(input: DeploymentInput) {
  const parameters = readParameters(input);
  const { kafka, sink, database } = parameters;
  return {
    mode: kafka.mode,
    memory: sink.memory,
    timeout: sink.timeout,
    logLevel: sink.logLevel,
    logRetention: sink.logRetention,
    environment: createEnvironment(parameters),
    alarmActions: sink.alarmTopicArn ? [sink.alarmTopicArn] : [],
    lagAlarm: sink.lagAlarm,
    deadLetterAlarm: sink.deadLetterAlarm,
    durationAlarm: sink.timeout * 1000 * DURATION_SHARE,
    template: {
      Resources: {
        SinkRole: createRole(parameters),
        KafkaMapping: createMapping(kafka),
        Dashboard: createDashboard(parameters),
      },
      extensions: {
        SinkLambdaFunction: { Properties: optionalProperties(sink, database.caLayerArn) },
      },
    },
  };
}

/** Share of the timeout from which an invocation is close to it. */
const DURATION_SHARE = 0.8;

/** Properties of the function that exist only where they are set. */
function optionalProperties(sink: FunctionParameters, layerArn: string | undefined) {
  const { subnetIds, securityGroupIds } = sink.network;
  return {
    ...(sink.reservedConcurrency ? { ReservedConcurrentExecutions: sink.reservedConcurrency } : {}),
    ...(subnetIds.length > 0
      ? { VpcConfig: { SubnetIds: subnetIds, SecurityGroupIds: securityGroupIds } }
      : {}),
    ...(layerArn ? { Layers: [layerArn] } : {}),
  };
}
