import type { CompiledSinks } from '../definition/sinks.ts';

/** What the framework knows when it resolves `custom.sink`. */
export interface DeploymentInput {
  readonly stage: string;
  readonly region: string;
  /** Every name of `infra/parameters.yml`; empty or null when it is not set. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The definitions that the function is built with. */
  readonly sinks: CompiledSinks;
  /** Names that were given and that `infra/parameters.yml` does not have. */
  readonly unknown: readonly string[];
}
