import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { codeOf } from '../../record/errors.ts';
import { AuthoringError } from '../authoring-error.ts';
import { quoted } from '../infer/literal.ts';
import { completeManifest } from './manifest.ts';
import type { Names } from './names.ts';
import { ownSpec } from './own-spec.ts';

/** At the root of the project, and of the package alike. */
const TEMPLATE = new URL('../../../template/', import.meta.url);

const MANIFEST = 'package.json';
/** npm leaves a file of the real name out of packages. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore' };
/** Names of TypeScript files, and the pattern that includes them. */
const TYPESCRIPT = /(?<=\b(?:handler|sink\.config|sink\.test)|"\*)\.ts\b/g;

/** What became of the files of a project. */
export interface Written {
  readonly written: readonly string[];
  /** Were there already, and are as they were. */
  readonly kept: readonly string[];
  /** What `package.json`, which was there, did not have. */
  readonly added: readonly string[];
  /** The file of the definition. */
  readonly definition: string;
}

/**
 * Writes a project that can be tested and deployed. Files that are there stay; `package.json` gets what it lacks. Where the
 * project's modules are CommonJS, those that are written are `.mts`.
 *
 * @param folder which is made where it is not there
 * @throws {AuthoringError} when the folder cannot be written, or its `package.json` cannot be read
 */
export async function writeProject(folder: string, names: Names): Promise<Written> {
  try {
    await mkdir(folder, { recursive: true });
    return await write(folder, { ...names, spec: await ownSpec(folder) });
  } catch (error) {
    if (error instanceof AuthoringError) throw error;
    throw new AuthoringError(`${folder} cannot be written (${codeOf(error)}).`);
  }
}

async function write(folder: string, values: Values): Promise<Written> {
  const written: string[] = [];
  const kept: string[] = [];
  const sort = (name: string, isNew: boolean) => (isNew ? written : kept).push(name);
  const { isNew, added, isCommonJs } = await writeManifest(folder, values);
  if (isNew) written.push(MANIFEST);
  const typeScript = isCommonJs ? '.mts' : '.ts';
  for (const file of (await readdir(TEMPLATE)).filter((name) => name !== MANIFEST)) {
    const name = (RENAMED[file] ?? file).replace(TYPESCRIPT, typeScript);
    const text = (await filled(file, values)).replace(TYPESCRIPT, typeScript);
    sort(name, await writeNew(join(folder, name), text));
  }
  return {
    written: written.sort(),
    kept: kept.sort(),
    added,
    definition: `sink.config${typeScript}`,
  };
}

/** Writes `package.json`, or adds what it lacks. */
async function writeManifest(folder: string, values: Values) {
  const path = join(folder, MANIFEST);
  const wanted = await filled(MANIFEST, values);
  if (await writeNew(path, wanted)) return { isNew: true, added: [], isCommonJs: false };
  const hasScripts = (await readdir(folder)).some((name) => extname(name) === '.js');
  const { text, ...more } = completeManifest(await readFile(path, 'utf8'), wanted, hasScripts);
  if (more.added.length > 0) await writeFile(path, text);
  return { isNew: false, ...more };
}

/** @returns whether it was not there */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

interface Values extends Names {
  /** How npm finds the package. */
  readonly spec: string;
}

/** A file of the template, with the values in their places. In code they stand within single quotes. */
async function filled(file: string, given: Values): Promise<string> {
  const { name, topic, spec } = given;
  const table = file.endsWith('.ts') ? quoted(given.table).slice(1, -1) : given.table;
  const history = `${name.replaceAll('-', '_')}_migrations`;
  const values: Readonly<Record<string, string>> = { name, topic, table, history, spec };
  const text = await readFile(new URL(file, TEMPLATE), 'utf8');
  return text.replace(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole);
}
