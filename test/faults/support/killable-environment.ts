import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BatchResponse, LambdaHandler } from '../../../src/lambda/event.ts';
import type { Call } from './child.ts';
import type { Environment } from './scenario.ts';

/** An environment of the function that can be killed; the next event starts another. */
export interface KillableEnvironment extends Environment {
  /** Kills the process with SIGKILL, and with it the invocation under way. */
  kill(): void;
  /** Processes so far. */
  readonly processes: number;
}

export function createProcess(env: Readonly<Record<string, string>>): KillableEnvironment {
  let child: ChildProcess | undefined;
  let processes = 0;

  function start(): ChildProcess {
    processes += 1;
    const started = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), {
      env: { ...process.env, ...env, NODE_OPTIONS: '' },
      execArgv: [],
      serialization: 'advanced',
    });
    started.once('exit', () => {
      if (child === started) child = undefined;
    });
    return started;
  }

  const handler: LambdaHandler = (event, context) => {
    child ??= start();
    const worker = child;
    const { promise, resolve, reject } = Promise.withResolvers<BatchResponse>();
    const died = () => reject(new Error('The process was killed.'));
    worker.once('exit', died);
    worker.once('message', (message: { response?: BatchResponse; error?: string }) => {
      worker.off('exit', died);
      if (message.response) resolve(message.response);
      else reject(new Error(message.error));
    });
    const call: Call = { event, remainingMs: context.getRemainingTimeInMillis() };
    worker.send(call, () => {}); // one that cannot be sent has no process any more
    return promise;
  };

  return {
    handler,
    kill: () => child?.kill('SIGKILL'),
    get processes() {
      return processes;
    },
    async close() {
      if (!child) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
