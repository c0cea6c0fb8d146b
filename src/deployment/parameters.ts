import { pattern } from '../settings/kinds.ts';
import { createReader, type Env, type Reader } from '../settings/reader.ts';
import { type DatabaseParameters, readDatabaseParameters } from './database-parameters.ts';
import type { DeploymentInput } from './deployment-input.ts';
import { type FunctionParameters, readFunctionParameters } from './function-parameters.ts';
import { type KafkaParameters, readKafkaParameters } from './kafka-parameters.ts';

export interface Parameters {
  /** With the stage, it begins the names of all that is in the stack. */
  readonly name: string;
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
  checkRegions(reader, input);
  const name = readName(reader, input);
  const parameters: Parameters = {
    name,
    stage: input.stage,
    kafka: readKafkaParameters(reader, input, name),
    database: readDatabaseParameters(reader),
    sink: readFunctionParameters(reader),
  };
  reader.done();
  return parameters;
}

const NAME = pattern(
  /^[A-Za-z][A-Za-z0-9-]*$/,
  'letters, digits and hyphens, with a-z or A-Z in front',
);
/** Of a function's name, which is `<name>-<stage>`: the shortest limit of all names in the stack. */
const MAX_LENGTH = 64;

function readName(env: Reader, { service, stage }: DeploymentInput): string {
  const name = env.withDefault('name', NAME, service);
  const whole = `${name}-${stage}`;
  if (!/^[A-Za-z0-9-]+$/.test(stage))
    env.problem(`the stage ${JSON.stringify(stage)} must be letters, digits and hyphens`);
  if (whole.length > MAX_LENGTH)
    env.problem(
      `name and stage are the function's name, ${whole}, which must have at most ${MAX_LENGTH} characters: it has ${whole.length}`,
    );
  return name;
}

/** A function, its mapping and its alarms take nothing from another Region. */
function checkRegions(env: Reader, { region, parameters }: DeploymentInput): void {
  for (const [name, text] of Object.entries(toTexts(parameters))) {
    const [prefix, , , there] = text?.split(':') ?? [];
    if (prefix === 'arn' && there && there !== region)
      env.problem(
        `${name} is in ${there}, but region is ${region}: it must be in the Region of the function`,
      );
  }
}

/** YAML gives numbers and lists, the command line text; here all is text, lists with commas. */
function toTexts(parameters: DeploymentInput['parameters']): Env {
  const entries = Object.entries(parameters).map(([name, value]) => {
    const list: unknown[] = Array.isArray(value) ? value : [value ?? ''];
    return [name, list.map((item) => String(item).trim()).join(',')] as const;
  });
  return Object.fromEntries(entries);
}
