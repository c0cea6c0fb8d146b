import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Keeper, lastLines, startKeeper } from './keep.ts';

/** Time in ms between two progress lines. */
const PROGRESS_MS = 2_000;

/** What is downloaded cannot be, as there is no Maven. */
export class MissingMavenError extends Error {
  override readonly name = 'MissingMavenError';

  constructor(what: string, options?: ErrorOptions) {
    super(
      `There is no ${what}: Maven, which downloads it once, is missing. Install Maven.`,
      options,
    );
  }
}

/**
 * Fills a folder that is not there yet. Several processes may do this at once.
 *
 * @param folder appears by one rename, so that it is complete or absent
 * @param fill receives the folder to fill, and the keeper that removes it when this process ends before
 */
export async function fillOnce(
  folder: string,
  fill: (partial: string, keeper: Keeper) => Promise<void>,
): Promise<void> {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  const keeper = startKeeper(`${folder}.partial-`);
  try {
    const partial = join(keeper.folder, 'complete');
    mkdirSync(partial);
    await fill(partial, keeper);
    moveUnlessThere(partial, folder);
  } finally {
    await keeper.stop();
  }
}

/**
 * Lets Maven copy what a POM depends on, and all that this depends on, into a folder.
 *
 * @param options.what the name of it all in messages
 * @param options.pom path of the POM
 * @param options.onProgress receives what to append to a line that tells of the download
 * @throws MissingMavenError without Maven
 * @throws Error of one line, with Maven's reason, when the download fails
 */
export async function copyDependencies(options: {
  what: string;
  keeper: Keeper;
  pom: string;
  outputDirectory: string;
  env: NodeJS.ProcessEnv;
  onProgress: (detail: string) => void;
}): Promise<void> {
  const { what, keeper, pom, outputDirectory, env, onProgress } = options;
  const log = join(keeper.folder, 'mvn.log');
  const maven = await keeper
    .run({
      command: 'mvn',
      args: [
        ...['--batch-mode', '--file', pom],
        ...['dependency:copy-dependencies', `-DoutputDirectory=${outputDirectory}`],
      ],
      env,
      cwd: keeper.folder,
      log,
      stopSignal: 'SIGTERM',
    })
    .catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
      throw new MissingMavenError(what, { cause });
    });
  onProgress('');
  const ticker = setInterval(() => {
    const files = readFileSync(log, 'utf8').match(/Downloaded from /g)?.length ?? 0;
    onProgress(`, ${files} files so far`);
  }, PROGRESS_MS);
  try {
    const { code } = await maven.ended;
    if (code !== 0) throw new Error(`Maven could not download ${what}: ${complaint(log)}`);
  } finally {
    clearInterval(ticker);
  }
}

/** Maven's first error line, which has the reason; the last ones only point to its manual. */
function complaint(log: string): string {
  return (
    /^\[ERROR\] (.+?)(?: -> \[Help \d+\])?$/m.exec(readFileSync(log, 'utf8'))?.[1] ??
    lastLines(log, 1)
  );
}

function moveUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another process was first, with the same content.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
