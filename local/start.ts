import { createDisplay } from '../src/cli/display.ts';
import { connectionLines } from './connections.ts';
import { HELP, type Options, readOptions, UsageError } from './options.ts';
import { prove } from './proof/prove.ts';
import type { SinkProcess } from './proof/sink-command.ts';
import { runInMemory } from './run-in-memory.ts';
import { newRun, type Stack, startStack } from './stack.ts';

/** `npm start`: the main job on real servers, from one command, and how well it is done. */
const display = createDisplay(process.stdout);
const interrupted = new AbortController();
const log = {
  warn: (message: string, fields: Record<string, unknown>) =>
    display.say(`${message} ${JSON.stringify(fields)}`),
};

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // The servers' keepers clean up behind a process that ends at once.
    if (interrupted.signal.aborted) process.exit(130);
    display.say('Stopping; once more to stop at once.');
    interrupted.abort();
  });
const interruption = new Promise<null>((resolve) =>
  interrupted.signal.addEventListener('abort', () => resolve(null)),
);

/** Does the job: by the sink as it ships, or in this process where there is no broker. */
async function work(
  stack: Stack,
  options: Options,
): Promise<{ code: number; sink: SinkProcess | null }> {
  const { signal } = interrupted;
  const { source } = stack.topics;
  if (stack.command) return prove(stack, stack.command.start, options, display, signal);
  const complete =
    source !== null && (await runInMemory(stack, source(), options.records, display, log, signal));
  return { code: complete ? 0 : 1, sink: null };
}

async function main(options: Options): Promise<number> {
  await using cleanup = new AsyncDisposableStack();
  const runId = newRun();
  try {
    const starting = startStack(options, runId, cleanup, display.say);
    const stack = await Promise.race([starting, interruption]);
    if (!stack) return 130;
    // For the SDK in this process.
    Object.assign(process.env, stack.env);
    const { code, sink } = await work(stack, options);
    if (interrupted.signal.aborted) return 130;
    if (options.keep) {
      display.say(`\nRunning until Ctrl-C:\n  ${connectionLines(stack, sink).join('\n  ')}`);
      await interruption;
    }
    return code;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    display.end();
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  // A server whose start was interrupted is not in our hands yet; its keeper ends it when this process does.
  if (options) process.exit(await main(options));
  console.log(HELP);
} catch (error) {
  // A wrong option; or the cleaning up failed, for example because a server of the user's went away meanwhile.
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof UsageError ? 2 : 1);
}
