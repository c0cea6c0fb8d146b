import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

interface Size {
  /** That were installed, the package itself among them. */
  readonly packages: number;
  /** Millions of bytes of all files. */
  readonly megabytes: number;
  /** Of the package alone. */
  readonly ownMegabytes: number;
}

/** Measures what `npm install kafka-pg-sink` has put into a folder. */
export async function measure(folder: string): Promise<Size> {
  const modules = join(folder, 'node_modules');
  const lock = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8'));
  return {
    packages: Object.keys(lock.packages).length,
    megabytes: await megabytesOf(modules),
    ownMegabytes: await megabytesOf(join(modules, 'kafka-pg-sink')),
  };
}

async function megabytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6;
}
