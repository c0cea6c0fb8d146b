import { type Env, type Reader, readSettings } from './reader.ts';
import { readGroup, type Values } from './setting.ts';
import { readSink, type SinkSettings } from './sink.ts';
import { LAMBDA } from './table/lambda.ts';
import { readTelemetry, type TelemetrySettings } from './telemetry.ts';

/** Settings of the function. */
export interface LambdaSettings extends Omit<Values<typeof LAMBDA>, 'tracing'> {
  readonly sink: SinkSettings;
  readonly telemetry: TelemetrySettings;
}

/**
 * Reads and checks the settings of the function.
 *
 * @param env the environment, normally `process.env`
 * @throws {ConfigError} that names every wrong setting, its value (never a secret's) and what it must be
 */
export function readLambdaSettings(env: Env): LambdaSettings {
  return readSettings(env, readLambda);
}

/** Reads the settings of the function; what is wrong is noted in `reader`. */
export function readLambda(reader: Reader): LambdaSettings {
  const sink = readSink(reader);
  const { tracing, ...own } = readGroup(reader, LAMBDA);
  const telemetry = {
    ...readTelemetry(reader),
    trace: tracing && isLambda(reader),
    cloudWatchMetrics: true,
  };
  return { sink, ...own, telemetry };
}

/** Powertools takes any value here for Lambda's, also that of Fargate, where nobody listens for segments. */
function isLambda(reader: Reader): boolean {
  return reader.given('AWS_EXECUTION_ENV')?.startsWith('AWS_Lambda_') === true;
}
