import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Command, Report } from './keeper.ts';

/** How a program ended; both null when its keeper was killed, so that nobody saw it. */
interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that the keeper runs. */
export interface Kept {
  readonly pid: number;
  /** Resolves when the program and every process that it started are gone. */
  readonly ended: Promise<Exit>;
  /** The value of `ended`, as soon as there is one. */
  readonly exit: Exit | undefined;
  /** Signals the program; nothing happens once it has ended. */
  kill(signal: NodeJS.Signals): void;
}

/** A folder, and the processes that use it. */
export interface Keeper {
  /** An empty folder, mode 0700, that is removed at the end. */
  readonly folder: string;
  /**
   * Starts a program; one at a time.
   *
   * @throws Error with the system's `code` (`ENOENT`, `EACCES`, …) when it cannot be started
   */
  run(command: Command): Promise<Kept>;
  /**
   * Stops the program, by SIGKILL if it does not obey within 5 s, and removes the folder. Can be
   * called twice.
   *
   * @throws Error when the keeper could not do so
   */
  stop(): Promise<void>;
}

/**
 * Creates a temporary folder with a keeper: a process that stops the programs started through it
 * and removes the folder, at the latest when this process ends in whatever way.
 *
 * @param prefix path of the folder; six random characters are appended
 */
export function startKeeper(prefix: string): Keeper {
  // Both in one turn, so that there is no moment in which the folder has no keeper.
  const folder = mkdtempSync(prefix);
  const keeper = spawn(
    process.execPath,
    [fileURLToPath(new URL('./keeper.ts', import.meta.url)), folder],
    // No NODE_OPTIONS: an --inspect-brk or --import meant for this process would stop or slow it.
    { detached: true, stdio: 'pipe', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const complaint = text(keeper.stderr);
  const closed = new Promise<void>((resolve) => keeper.once('close', () => resolve()));
  // Neither is lost: `closed` follows, and then run() rejects and stop() looks at the exit code.
  keeper.once('error', () => {});
  keeper.stdin.on('error', () => {});

  let started = Promise.withResolvers<number>();
  let ended = Promise.withResolvers<Exit>();

  createInterface({ input: keeper.stdout }).on('line', (line) => {
    const report = JSON.parse(line) as Report;
    if (report.event === 'started') started.resolve(report.pid);
    else if (report.event === 'ended') ended.resolve(report);
    else started.reject(Object.assign(new Error(report.message), { code: report.code }));
  });

  return {
    folder,
    run: async (command) => {
      const start = Promise.withResolvers<number>();
      const end = Promise.withResolvers<Exit>();
      [started, ended] = [start, end];
      void closed.then(() => {
        start.reject(new Error(`The keeper of ${folder} is gone.`));
        end.resolve({ code: null, signal: null });
      });
      let exit: Exit | undefined;
      void end.promise.then((value) => {
        exit = value;
      });
      keeper.stdin.write(`${JSON.stringify(command)}\n`);
      const pid = await start.promise;
      return {
        pid,
        ended: end.promise,
        get exit() {
          return exit;
        },
        kill: (signal) => {
          if (exit === undefined) process.kill(pid, signal);
        },
      };
    },
    stop: async () => {
      keeper.stdin.end();
      await closed;
      if (keeper.exitCode !== 0)
        throw new Error(`${folder} may not have been removed: ${(await complaint).trim()}`);
    },
  };
}

/** The last lines of a program's log, on one line, for an error message. */
export function lastLines(log: string, count = 3): string {
  return readFileSync(log, 'utf8').trim().split('\n').slice(-count).join(' | ');
}
