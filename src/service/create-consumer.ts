import type { AnyDefinition } from '../definition/define.ts';
import { type CompiledSinks, compileSinks } from '../definition/sinks.ts';
import type { Env } from '../settings/reader.ts';
import { type ConsumeSettings, readConsumeSettings } from '../settings/service.ts';
import { createTelemetry } from '../telemetry/telemetry.ts';
import { createService } from './service.ts';
import type { Service } from './service-interface.ts';

/**
 * Makes what `kafka-pg-sink consume` runs, with its pages for probes and Prometheus, within a process of your own. Signals
 * and unexpected errors are that process's: it calls `stop` before it ends. One consumer a process.
 *
 * @param definition of a topic, or a list of them: what `sink.config.ts` exports
 * @param env the settings. The AWS SDK and Powertools read `process.env`, whatever is given here
 * @throws {ConfigError} that names every wrong setting
 * @throws {DefinitionError} that says all that is wrong in a definition
 */
export async function createConsumer(
  definition: AnyDefinition | readonly AnyDefinition[],
  env: Env = process.env,
): Promise<Service> {
  return openService(readConsumeSettings(env), compileSinks(definition));
}

/** Makes the service, with the logs and metrics that its settings ask for. */
export async function openService(
  settings: ConsumeSettings,
  sinks: CompiledSinks,
): Promise<Service> {
  // Powertools takes it from nowhere else, when the metrics are made.
  process.env.POWERTOOLS_METRICS_DISABLED = String(!settings.telemetry.cloudWatchMetrics);
  return createService(settings, sinks, await createTelemetry(settings.telemetry));
}
