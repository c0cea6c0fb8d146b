/**
 * A small process between `npm start` (or a test) and a server, so that no server and no data folder
 * outlives its owner, whatever ends the owner: a stop, Ctrl-C, a crash, SIGKILL.
 *
 * - `argv[2]` is the folder to remove at the end.
 * - Each line on stdin is a {@link Command} as JSON. They run one after the other: the owner sends the
 *   next only after the end of the last.
 * - Each line on stdout is a {@link Report} as JSON.
 * - The end of stdin, which the kernel also delivers when the owner was killed, means: stop the
 *   running command, remove the folder, exit.
 *
 * The owner starts it in a session of its own: Ctrl-C signals the terminal's whole foreground group,
 * and must not reach the servers before the owner has finished with them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** One program to run. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
  /** Working folder; the user below must be able to enter it. */
  readonly cwd: string;
  /** User and group to run as; default: the owner's. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** File that gets stdout and stderr appended. */
  readonly log: string;
  /** What asks the program to stop. */
  readonly stopSignal: NodeJS.Signals;
}

/** What the keeper tells its owner about a command. */
export type Report =
  | { readonly event: 'started'; readonly pid: number }
  | { readonly event: 'failed'; readonly code: string; readonly message: string }
  | {
      readonly event: 'ended';
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
    };

/** Time in ms for a stop signal, and again for SIGKILL, to work. */
const GRACE_MS = 5_000;

const folder = process.argv[2];
if (folder === undefined) throw new Error('The keeper needs the folder to remove.');

let running: { child: ChildProcess; stopSignal: NodeJS.Signals } | undefined;
let finishing = false;

// The owner may be gone, and its end of the pipe with it: nobody is left to tell.
process.stdout.on('error', () => {});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, finish);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  try {
    run(JSON.parse(line) as Command);
  } catch (error) {
    fail(error as NodeJS.ErrnoException);
  }
});
lines.on('close', finish);

function run({ command, args, env, cwd, user, log, stopSignal }: Command): void {
  const output = openSync(log, 'a');
  const child = spawn(command, args, {
    ...user,
    env,
    cwd,
    // Its own process group, so that a launcher script and what it launched are signalled together.
    detached: true,
    // Every descendant inherits the last pipe, so `close` comes when the last of them is gone:
    // PostgreSQL's backends outlive a killed postmaster by a moment, holding its shared memory.
    stdio: ['ignore', output, output, 'pipe'],
  });
  closeSync(output);
  child.once('error', fail);
  const { pid } = child;
  if (pid === undefined) return; // 'error' follows
  running = { child, stopSignal };
  // Nothing is sent through it, but only who reads sees its end; an error is an end too.
  child.stdio[3]?.on('error', () => {}).on('data', () => {});
  report({ event: 'started', pid });
  child.once('close', (code, signal) => {
    running = undefined;
    report({ event: 'ended', code, signal });
  });
}

function fail({ code = '', message }: NodeJS.ErrnoException): void {
  running = undefined;
  report({ event: 'failed', code, message });
}

async function finish(): Promise<void> {
  if (finishing) return;
  finishing = true;
  if (running) {
    const { child, stopSignal } = running;
    const gone = once(child, 'close');
    send(child, stopSignal);
    send(child, 'SIGCONT'); // a suspended server would not see the stop signal
    await Promise.race([gone, sleep(GRACE_MS)]);
    send(child, 'SIGKILL');
    await Promise.race([gone, sleep(GRACE_MS)]);
  }
  await rm(folder as string, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  process.exit();
}

function send(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (running && child.pid) process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // already gone is fine
  }
}

function report(message: Report): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
