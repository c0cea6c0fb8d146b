import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../record/errors.ts';
import { VERSION } from '../../version.ts';
import { AuthoringError } from '../authoring-error.ts';
import { quoted } from '../infer/literal.ts';
import { completeManifest } from './manifest.ts';
import type { Names } from './names.ts';

/** At the root of the project, and of the package alike. */
const TEMPLATE = new URL('../../../template/', import.meta.url);

/** npm leaves a file of the real name out of packages. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore' };

/** What became of the files of a project. */
export interface Written {
  readonly written: readonly string[];
  /** Were there already, and are as they were. */
  readonly kept: readonly string[];
  /** What `package.json`, which was there, did not have. */
  readonly added: readonly string[];
}

/**
 * Writes a project that can be tested and deployed. Files that are there stay; `package.json` gets what it lacks.
 *
 * @param folder which is made where it is not there
 * @throws {AuthoringError} when the folder cannot be written, or its `package.json` cannot be read
 */
export async function writeProject(folder: string, names: Names): Promise<Written> {
  const written: string[] = [];
  const kept: string[] = [];
  const added: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const file of (await readdir(TEMPLATE)).sort()) {
      const name = RENAMED[file] ?? file;
      const text = fill(await readFile(new URL(file, TEMPLATE), 'utf8'), namesIn(file, names));
      if (await writeNew(join(folder, name), text)) written.push(name);
      else if (name === 'package.json') added.push(...(await complete(join(folder, name), text)));
      else kept.push(name);
    }
  } catch (error) {
    if (error instanceof AuthoringError) throw error;
    throw new AuthoringError(`${folder} cannot be written (${codeOf(error)}).`);
  }
  return { written, kept, added };
}

async function complete(path: string, wanted: string): Promise<readonly string[]> {
  const { text, added } = completeManifest(await readFile(path, 'utf8'), wanted);
  if (added.length > 0) await writeFile(path, text);
  return added;
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

/** In code they stand within single quotes. */
function namesIn(file: string, names: Names): Names {
  if (!file.endsWith('.ts')) return names;
  return { ...names, table: quoted(names.table).slice(1, -1) };
}

function fill(text: string, { name, topic, table }: Names): string {
  const history = `${name.replaceAll('-', '_')}_migrations`;
  const values: Readonly<Record<string, string>> = {
    name,
    topic,
    table,
    history,
    version: VERSION,
  };
  return text.replace(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole);
}
