import { basename, dirname, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { isObject } from '../../record/guards.ts';
import { readManifest } from './manifests.ts';
import { readTerms } from './terms.ts';

/** A package of which a bundle holds code. */
export interface BundledPackage {
  readonly folder: string;
  readonly name: string;
  readonly version: string | undefined;
  /** As its manifest says it: an expression of SPDX, such as `MIT`; undefined where it says none. */
  readonly license: string | undefined;
  readonly author: string | undefined;
  readonly repository: string | undefined;
  /** The text of its licence; undefined where it holds none. */
  readonly terms: string | undefined;
  /** Folders of the packages in the bundle that it imports. */
  readonly imports: ReadonlySet<string>;
}

/** @returns the packages whose code is in a bundle, by name, and among them that of the working directory */
export async function packagesOf({ inputs, outputs }: Metafile): Promise<BundledPackage[]> {
  const held = new Map<string, Set<string>>();
  for (const [file, { bytesInOutput }] of Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs),
  )) {
    if (bytesInOutput === 0 || !isFile(file)) continue;
    const folder = await folderOf(file);
    const imports = held.get(folder) ?? new Set();
    held.set(folder, imports);
    for (const { path, external } of inputs[file]?.imports ?? [])
      if (!external && isFile(path)) imports.add(await folderOf(path));
  }
  const packages = [...held].map(([folder, imports]) => {
    const others = [...imports].filter((other) => other !== folder && held.has(other));
    return readPackage(folder, new Set(others));
  });
  return (await Promise.all(packages)).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

export const idOf = ({ name, version }: BundledPackage): string =>
  version === undefined ? name : `${name}@${version}`;

/** What a plugin makes up has a namespace before its path. */
const isFile = (path: string) => !/^[\w-]{2,}:/.test(path);

const INSTALLED = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/;

/** @returns the folder of the package that a file is of: the working directory where no manifest is above it */
export async function folderOf(file: string): Promise<string> {
  const path = resolve(file);
  // A folder within an installed package can hold a manifest too.
  const [installed] = INSTALLED.exec(path) ?? [];
  if (installed) return installed;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if ('name' in (await readManifest(folder))) return folder;
  return resolve();
}

async function readPackage(folder: string, imports: ReadonlySet<string>): Promise<BundledPackage> {
  const { name, version, license, author, repository } = await readManifest(folder);
  return {
    folder,
    name: textOf(name) ?? basename(folder),
    version: textOf(version),
    license: textOf(license, 'type'),
    author: textOf(author, 'name'),
    repository: textOf(repository, 'url')?.replace(/^git\+|\.git$/g, ''),
    terms: await readTerms(folder),
    imports,
  };
}

/** A field of a manifest, which is a text or an object that holds it. */
function textOf(field: unknown, key?: string): string | undefined {
  const value = key !== undefined && isObject(field) ? field[key] : field;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
