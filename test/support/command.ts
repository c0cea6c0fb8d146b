import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inject, onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Result {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Result>;
}

/** Starts `kafka-pg-sink` in a process of its own, with these variables only; it ends with the test. */
export function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(process.execPath, ['src/cli/main.ts', ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const read = async (stream: NodeJS.ReadableStream) => {
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    return text;
  };
  const output = Promise.all([read(child.stdout), read(child.stderr)]);
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const ended = exit.then(async (code) => {
    const [stdout, stderr] = await output;
    return { code, stdout, stderr };
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { kill: (signal) => child.kill(signal), ended };
}

/** Runs `kafka-pg-sink` to its end. */
export function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  return startCommand(args, env).ended;
}
