import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { changesOf } from './changelog.ts';
import { provenanceOf } from './provenance.ts';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  /** The hash of the archive, as lock files have it. */
  readonly integrity: string;
  readonly files: readonly { readonly path: string }[];
}

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
const { 'dry-run': dryRun } = values;
const { version } = manifest;

/** Runs a program, and returns what it prints. */
const run = (file: string, ...args: string[]) =>
  execFileSync(file, args, { encoding: 'utf8' }).trim();
const show = (file: string, ...args: string[]) => execFileSync(file, args, { stdio: 'inherit' });

/**
 * `npm run release`: checks, builds and packs the package, says what it is, and publishes it. With `--dry-run` nothing is
 * published. The tests are the task of CI, before.
 */
try {
  if (run('git', 'status', '--porcelain') !== '')
    throw new Error(
      'The working tree has changes: commit them, so that the package is of a commit.',
    );
  const changelog = readFileSync('CHANGELOG.md', 'utf8');
  const changes =
    changesOf(changelog, version) ?? (dryRun ? changesOf(changelog, 'Unreleased') : null);
  if (changes === null)
    throw new Error(`CHANGELOG.md has no section ## [${version}]: write what is new in it.`);
  if (!dryRun) requireLogin();
  show('npm', 'run', 'check');
  show('npm', 'run', 'check:package');
  const [packed] = JSON.parse(
    run('npm', 'pack', '--json', '--pack-destination', 'dist', './dist/package'),
  ) as [Packed];
  console.log(describe(packed, changes, writeProvenance(packed.filename)));
  if (!dryRun) show('npm', 'publish', `dist/${packed.filename}`);
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}

function requireLogin(): void {
  try {
    run('npm', 'whoami');
  } catch {
    throw new Error(
      'npm knows no user here: run npm login first, or npm run release -- --dry-run.',
    );
  }
}

/** Says beside the archive what it was made of. @returns the path */
function writeProvenance(archive: string): string {
  const path = `dist/${archive}.provenance.json`;
  const statement = provenanceOf({
    ...{ archive, name: manifest.name },
    bytes: readFileSync(`dist/${archive}`),
    commit: run('git', 'rev-parse', 'HEAD'),
    lock: readFileSync('package-lock.json', 'utf8'),
    versions: { node: process.version, npm: run('npm', '--version') },
  });
  writeFileSync(path, `${JSON.stringify(statement, null, 2)}\n`);
  return path;
}

function describe(
  { filename, size, unpackedSize, integrity, files }: Packed,
  changes: string,
  provenance: string,
) {
  const folders = Object.groupBy(files, ({ path }) => path.split('/')[0] ?? '');
  return [
    `\n${manifest.name} ${version}, of commit ${run('git', 'rev-parse', 'HEAD')}`,
    `dist/${filename}: ${size} bytes, ${unpackedSize} unpacked`,
    integrity,
    `${provenance}: what it was made of`,
    ...Object.entries(folders).map(([name, { length } = []]) => `  ${name}: ${length} files`),
    `\n${changes}`,
    dryRun ? '\nNothing was published.' : '',
  ].join('\n');
}
