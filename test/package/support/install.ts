import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../support/process.ts';

const start = promisify(execFile);

/** What npm says where no registry answers, and its cache does not have a package. */
const NO_REGISTRY = /ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENOTCACHED/;

/** Runs a program to its end. What npm has told this process about the project must not reach another npm. */
export async function run(
  folder: string,
  file: string,
  args: readonly string[],
  env: Readonly<NodeJS.ProcessEnv> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_(?!config_)/.test(name));
  const options = { cwd: folder, env: { ...Object.fromEntries(inherited), ...env } };
  try {
    return { code: 0, ...(await start(file, args, options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { code, stdout, stderr };
  }
}

/** As {@link run}, for what must succeed: returns all that it prints. */
export async function runWell(...call: Parameters<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await run(...call);
  if (code !== 0) throw new Error(`${call[1]} ended with ${code}:\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** Writes files, by their paths in a folder. */
export async function write(
  folder: string,
  files: Readonly<Record<string, string | object>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(join(folder, path), text);
  }
}

/**
 * Builds and packs the package.
 *
 * @param folder that gets the archive
 * @returns the name of the archive
 */
export async function packPackage(folder: string): Promise<string> {
  const built = await mkdtemp(join(tmpdir(), 'package-built-'));
  await runWell(ROOT, process.execPath, ['scripts/build-package.ts', built]);
  const packed = await runWell(built, 'npm', ['pack', '--silent', '--pack-destination', folder]);
  await rm(built, { recursive: true });
  return packed.trim();
}

/**
 * Installs the packed package into an empty folder, with its dependencies from npm's cache or registry.
 *
 * @returns the folder; null where there is no registry, which under CI is a failure
 */
export async function installPackage(): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'package-test-'));
  const packed = await packPackage(folder);
  await write(folder, { 'package.json': { type: 'module' } });
  const { code, stderr } = await run(folder, 'npm', [
    ...['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'],
    `./${packed}`,
  ]);
  if (code === 0) return folder;
  await rm(folder, { recursive: true });
  if (!isWithoutRegistry(stderr)) throw new Error(stderr);
  console.warn('There is no registry of npm. The tests of the installed package are skipped.');
  return null;
}

/** Whether npm failed because there is no registry, which under CI is a failure like any other. */
export function isWithoutRegistry(stderr: string): boolean {
  return NO_REGISTRY.test(stderr) && process.env.CI !== 'true';
}
