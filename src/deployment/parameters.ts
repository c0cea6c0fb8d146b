import { createReader, type Env } from '../settings/reader.ts';
import { type DatabaseParameters, readDatabaseParameters } from './database-parameters.ts';
import type { DeploymentInput } from './deployment-input.ts';
import { type FunctionParameters, readFunctionParameters } from './function-parameters.ts';
import { type KafkaParameters, readKafkaParameters } from './kafka-parameters.ts';

export interface Parameters {
  readonly stage: string;
  readonly kafka: KafkaParameters;
  readonly database: DatabaseParameters;
  readonly sink: FunctionParameters;
}

/**
 * Reads and checks all parameters, with the same reader and in the same words as the function's own settings.
 *
 * @throws {ConfigError} that names every parameter that is missing or wrong, and what it must be
 */
export function readParameters(input: DeploymentInput): Parameters {
  const reader = createReader(toTexts(input.parameters));
  for (const name of input.unknown)
    reader.problem(`${name} is no parameter: it must be one of the names in infra/parameters.yml`);
  const parameters: Parameters = {
    stage: input.stage,
    kafka: readKafkaParameters(reader, input),
    database: readDatabaseParameters(reader),
    sink: readFunctionParameters(reader),
  };
  reader.done();
  return parameters;
}

/** YAML gives numbers and lists, the command line text; here all is text, lists with commas. */
function toTexts(parameters: DeploymentInput['parameters']): Env {
  const entries = Object.entries(parameters).map(([name, value]) => {
    const list: unknown[] = Array.isArray(value) ? value : [value ?? ''];
    return [name, list.map((item) => String(item).trim()).join(',')] as const;
  });
  return Object.fromEntries(entries);
}
