import { writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Metafile } from 'esbuild';
import { licencesOf } from './licences.ts';
import { folderOf, packagesOf } from './packages.ts';
import { sbomOf } from './sbom.ts';

/**
 * Writes what a bundle holds beside it: the licences of its packages, which go wherever it goes, as `NAME.licenses.txt`; and
 * its bill of materials, as `NAME.cdx.json`.
 */
export async function describe(outfile: string, metafile: Metafile): Promise<void> {
  const { dir, name } = parse(outfile);
  const packages = await packagesOf(metafile);
  const beside = (ending: string) => join(dir, `${name}${ending}`);
  await writeFile(beside('.licenses.txt'), licencesOf(packages));
  await writeFile(beside('.cdx.json'), sbomOf(packages, await folderOf('package.json')));
}
