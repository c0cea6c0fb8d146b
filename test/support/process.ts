import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { until } from './until.ts';

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Hundreds of processes read the same modules: without it each takes twice as long to start. */
const COMPILE_CACHE = join(tmpdir(), 'kafka-pg-sink-compile-cache');

/** How a process ended. */
export interface Exit {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProcess {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Everything that it has printed so far, in the order in which it arrived. */
  output(): string;
  stdout(): string;
  stderr(): string;
  /** Waits until it has printed this text. */
  untilPrinted(text: string): Promise<void>;
  /** Resolves when it is gone, and all that it printed has arrived. */
  readonly ended: Promise<Exit>;
}

/**
 * Starts Node.js in a process of its own, which ends with the test at the latest.
 *
 * @param args of `node`
 * @param env all its variables beside PATH, and that of Node's cache of compiled modules
 * @param folder in which it starts; default: that of the project
 */
export function startNode(
  args: readonly string[],
  env: Readonly<NodeJS.ProcessEnv>,
  folder = ROOT,
): RunningProcess {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr, output] = ['', '', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    output += text;
  });
  const ended = new Promise<Exit>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    pid: child.pid ?? 0,
    kill: (signal) => void child.kill(signal),
    output: () => output,
    stdout: () => stdout,
    stderr: () => stderr,
    untilPrinted: (text) =>
      until(
        () => output.includes(text),
        () => `${JSON.stringify(text)} in the output:\n${output}`,
      ),
    ended,
  };
}
