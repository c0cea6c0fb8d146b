import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSource } from '../../../scripts/read-source.ts';

/** Which files each file imports; paths from the root of the project. */
export type Graph = ReadonlyMap<string, readonly string[]>;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Reads the imports of all TypeScript files in some folders of the project. Packages are left out. */
export function readGraph(folders: readonly string[]): Graph {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: ROOT })).sort();
  return new Map(
    files.map((file) => {
      const { imports } = readSource(file, readFileSync(`${ROOT}/${file}`, 'utf8'));
      const own = imports.filter((path) => path.startsWith('.'));
      return [file, own.map((path) => posix.join(posix.dirname(file), path))];
    }),
  );
}
