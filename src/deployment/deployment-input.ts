import type { CompiledSinks } from '../definition/sinks.ts';

/** What the framework knows when it resolves `custom.sink`. */
export interface DeploymentInput {
  /** The service's name in `serverless.yml`. */
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  /** By the names of `PARAMETER_NAMES`; empty or null when it is not set. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The definitions that the function is built with. */
  readonly sinks: CompiledSinks;
  /** Names that were given and that are none of them. */
  readonly unknown: readonly string[];
}
