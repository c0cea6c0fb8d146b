import { createDisplay } from '../src/cli/display.ts';
import { HELP, type Options, readOptions, UsageError } from './options.ts';
import { run } from './run.ts';
import { newRun, startStack } from './stack.ts';

/** `npm start`: the main job on real servers, from one command. */
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

async function main(options: Options): Promise<number> {
  await using cleanup = new AsyncDisposableStack();
  const runId = newRun();
  try {
    const starting = startStack(options, runId, cleanup, log, display.say);
    const stack = await Promise.race([starting, interruption]);
    if (!stack) return 130;
    const complete = await run(stack, options.records, display, log, interrupted.signal);
    if (options.keep && !interrupted.signal.aborted) {
      display.say(`\nRunning until Ctrl-C:\n  ${stack.connections.join('\n  ')}`);
      await interruption;
    }
    return complete ? 0 : 1;
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
