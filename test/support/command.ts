import { inject } from 'vitest';
import { type Exit, type RunningProcess, startNode } from './process.ts';

type Env = Readonly<Record<string, string>>;

/** Starts `kafka-pg-sink` in a process of its own, with these variables only; it ends with the test. */
export function startCommand(args: readonly string[], env: Env = {}): RunningProcess {
  return startNode(['src/cli/main.ts', ...args], {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
    ...env,
  });
}

/** Runs `kafka-pg-sink` to its end. */
export function runCommand(args: readonly string[], env: Env = {}): Promise<Exit> {
  return startCommand(args, env).ended;
}
