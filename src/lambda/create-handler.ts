import type { AnyDefinition } from '../definition/define.ts';
import { compileSinks } from '../definition/sinks.ts';
import { readLambdaSettings } from '../settings/lambda.ts';
import type { Env } from '../settings/reader.ts';
import { createTelemetry } from '../telemetry/telemetry.ts';
import type { LambdaHandler } from './event.ts';
import { openHandler } from './handler.ts';

/**
 * Makes the function for a Kafka event source mapping. Its parts are built once an environment; connections are made when
 * the first event comes.
 *
 * @param definition of a topic, or a list of them: what `sink.config.ts` exports
 * @param env the settings. The AWS SDK and Powertools read `process.env`, whatever is given here
 * @returns the handler, to be exported. It throws `InvalidEventError` for any other event, and `BatchFailedError` when the
 *   whole batch must be delivered again. `close` ends the connections, for a process that ends by itself: Lambda needs none
 * @throws {ConfigError} that names every wrong setting
 * @throws {DefinitionError} that says all that is wrong in a definition
 */
export function createHandler(
  definition: AnyDefinition | readonly AnyDefinition[],
  env: Env = process.env,
): LambdaHandler & { close(): Promise<void> } {
  const settings = readLambdaSettings(env);
  const sinks = compileSinks(definition);
  // Begun now, in Lambda's phase of initialization: what traces takes long to load.
  const opening = createTelemetry(settings.telemetry).then((telemetry) =>
    openHandler(settings, sinks, telemetry),
  );
  const handler: LambdaHandler = async (event, context) => (await opening).handler(event, context);
  return Object.assign(handler, { close: async () => (await opening).close() });
}
