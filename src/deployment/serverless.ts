import { loadSinks } from '../authoring/load.ts';
import { isSinkError } from '../record/errors.ts';
import { DEFINITION } from '../settings/table/definition.ts';
import { createDeployment, type Deployment } from './deployment.ts';
import { PARAMETER_NAMES } from './parameter-names.ts';

/**
 * What the Serverless Framework gives to a function that a file exports, as far as it is used here.
 * https://www.serverless.com/framework/docs/guides/variables#exporting-a-function
 */
export interface Framework {
  readonly options: Readonly<Record<string, unknown>> & { readonly param?: readonly string[] };
  /** @param variable as it stands in `${…}` */
  readonly resolveVariable: (variable: string) => Promise<unknown>;
  /** @param path of a property of `serverless.yml` */
  readonly resolveConfigurationProperty: (path: readonly string[]) => Promise<unknown>;
}

/** Parameters by their names, by stage; `default` counts for all. */
type Sections = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

/**
 * What `serverless.yml` asks for as `${file(deployment.cjs)}`: all that follows from its `params`, and from the definition in
 * `sink.config.*` beside it. Where a parameter or the definition is wrong, it says all of it and ends the process: the
 * framework would wrap the sentences in traces of its own.
 */
export async function deployment(framework: Framework): Promise<Deployment> {
  try {
    const created = createDeployment(await readInput(framework));
    for (const note of created.notes) console.error(`Note: ${note}`);
    return created;
  } catch (error) {
    if (!isSinkError(error) || framework.options.help) throw error;
    console.error(`${error.message}\n\n${WHERE}`);
    process.exit(1);
  }
}

const WHERE =
  'Parameters are set under params of serverless.yml or with --param="name=value"; infra/parameters.yml of kafka-pg-sink describes them, and docs/deploy.md the steps.';

async function readInput({ options, resolveVariable, resolveConfigurationProperty }: Framework) {
  const stage = String(await resolveVariable('sls:stage'));
  const sections = ((await resolveConfigurationProperty(['params'])) ?? {}) as Sections;
  const given = [
    ...Object.keys({ ...sections.default, ...sections[stage] }),
    ...(options.param ?? []).map((text) => text.split('=', 1)[0] ?? ''),
  ];
  const values = await Promise.all(
    PARAMETER_NAMES.map((name) => resolveVariable(`param:${name}, ''`)),
  );
  return {
    service: String(await resolveConfigurationProperty(['service'])),
    stage,
    region: String(await resolveVariable('opt:region, param:region')),
    parameters: Object.fromEntries(PARAMETER_NAMES.map((name, index) => [name, values[index]])),
    sinks: await loadSinks(process.env[DEFINITION.settings.file.variable] || undefined),
    unknown: given.filter((name) => !PARAMETER_NAMES.includes(name)),
  };
}
