import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, parse, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyDefinition } from '../definition/define.ts';
import { DefinitionError } from '../definition/definition-error.ts';
import { type CompiledSinks, compileSinks } from '../definition/sinks.ts';
import { isObject } from '../record/guards.ts';

/** Looked for in the working directory, in this order. */
const DEFINITION_FILES = ['ts', 'mts', 'mjs', 'js', 'json'].map(
  (extension) => `sink.config.${extension}`,
);

/**
 * Loads the definitions of a file, compiled.
 *
 * @param file see {@link loadDefinitions}
 * @throws {DefinitionError} when there is no such file, it cannot be loaded, or a definition is wrong
 */
export async function loadSinks(file?: string): Promise<CompiledSinks> {
  return compileSinks(await loadDefinitions(file));
}

/**
 * Loads the definitions of a file: the default export of a module, or what a JSON file holds. Nothing is wrong in them.
 *
 * @param file relative to the working directory; `sink.config.ts`, `.mts`, `.mjs`, `.js` or `.json` there when it is not given
 * @throws {DefinitionError} when there is no such file, it cannot be loaded, or a definition is wrong
 */
export async function loadDefinitions(file?: string): Promise<readonly AnyDefinition[]> {
  const path = findDefinition(file);
  const exported = await read(path);
  try {
    compileSinks(exported);
    return [exported].flat() as AnyDefinition[];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    throw new DefinitionError(error.problems.map((problem) => `${path}: ${problem}`));
  }
}

/**
 * @param file as {@link loadDefinitions} takes it
 * @returns the path of the definition file, which may not be there where it was given
 * @throws {DefinitionError} when none is given and none is in the working directory
 */
export function findDefinition(file?: string): string {
  const path = file ?? DEFINITION_FILES.find((name) => existsSync(name));
  if (path !== undefined) return path;
  throw new DefinitionError([
    `there is no ${DEFINITION_FILES.join(', ')} in ${process.cwd()}: name the file by --sink or SINK_CONFIG`,
  ]);
}

/** The definition is its author's own code, and its errors are about it: what they say is shown whole. */
async function read(path: string): Promise<unknown> {
  if (!existsSync(path))
    throw new DefinitionError([`${path}: no such file; it must export a definition`]);
  try {
    if (extname(path) === '.json') return withoutSchema(JSON.parse(await readFile(path, 'utf8')));
    const { href } = pathToFileURL(resolve(path));
    const { default: exported } = (await import(href)) as { default?: unknown };
    if (exported !== undefined) return exported;
  } catch (error) {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new DefinitionError([`${path}: cannot be loaded: ${cause}${remedyOf(path, error)}`]);
  }
  throw new DefinitionError([`${path}: must export a definition as its default`]);
}

/** Node.js takes a file for a CommonJS module where package.json says so. */
function remedyOf(path: string, error: unknown): string {
  if (!(error instanceof SyntaxError && /outside a module/.test(error.message))) return '';
  const { name, ext } = parse(path);
  return `: the modules of this project are CommonJS; call the file ${name}${ext.replace('.', '.m')}`;
}

/** For an editor only. */
function withoutSchema(exported: unknown): unknown {
  return isObject(exported) ? { ...exported, $schema: undefined } : exported;
}
