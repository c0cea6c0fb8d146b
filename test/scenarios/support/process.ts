import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inject, onTestFinished } from 'vitest';

const COMMAND = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

/** `kafka-pg-sink consume` as a process of its own, which ends with the test. */
export function startConsume(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [COMMAND, 'consume'], {
    env: {
      ...process.env,
      AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
      // One that is free: several processes run at once.
      HTTP_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  // All it printed has arrived when its pipes are closed, too.
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Resolves when it is gone, with its exit code or the signal that ended it. */
    ended,
    /** What it has printed so far. */
    output: () => output,
  };
}
