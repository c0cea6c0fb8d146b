import type { ParseArgsOptionsConfig } from 'node:util';
import { loadDefinitions, loadSinks } from '../authoring/load.ts';
import type { AnyDefinition } from '../definition/define.ts';
import type { CompiledSinks } from '../definition/sinks.ts';
import type { Env } from '../settings/reader.ts';
import { DEFINITION } from '../settings/table/definition.ts';
import { UsageError } from './command.ts';

const { variable, unset } = DEFINITION.settings.file;

/** The option of every command that needs the definitions. */
export const SINK_OPTION = { sink: { type: 'string' } } as const satisfies ParseArgsOptionsConfig;

/** @param indent of the text on the right */
export function sinkHelp(indent: number): string {
  const left = '  --sink FILE'.padEnd(indent);
  const under = ' '.repeat(indent);
  return `${left}the definition file (default: ${variable}, or else\n${under}${unset})`;
}

type Values = { readonly sink?: string | undefined };

/** Loads the definitions that the command line names, or else the environment. */
export async function loadNamedDefinitions(
  values: Values,
  env: Env,
): Promise<readonly AnyDefinition[]> {
  return loadDefinitions(namedFile(values, env));
}

/** As {@link loadNamedDefinitions}, compiled. */
export async function loadNamedSinks(values: Values, env: Env): Promise<CompiledSinks> {
  return loadSinks(namedFile(values, env));
}

/** The definition file that the command line names, or else the environment; undefined for the one of the folder. */
export function namedFile({ sink }: Values, env: Env): string | undefined {
  if (sink === '') throw new UsageError('--sink needs the name of a file.');
  return sink ?? (env[variable] || undefined);
}
