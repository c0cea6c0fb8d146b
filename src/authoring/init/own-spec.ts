import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { isObject } from '../../record/guards.ts';
import { VERSION } from '../../version.ts';

/**
 * By which `npm install` finds this package in another folder: the file that the project in the working directory has it
 * from, or else this version in the registry.
 *
 * @param folder of the other project
 */
export async function ownSpec(folder: string): Promise<string> {
  const spec = await specHere().catch(() => undefined);
  if (typeof spec !== 'string' || !spec.startsWith('file:')) return `^${VERSION}`;
  return `file:${relative(folder, resolve(spec.slice('file:'.length)))}`;
}

async function specHere(): Promise<unknown> {
  const manifest: unknown = JSON.parse(await readFile('package.json', 'utf8'));
  const dependencies = isObject(manifest) ? manifest.dependencies : null;
  return isObject(dependencies) ? dependencies['kafka-pg-sink'] : undefined;
}
