import { closeSync, openSync } from 'node:fs';
import definition from '../../sink.config.ts';
import { createHandler } from '../../src/lambda/create-handler.ts';

/**
 * Hands two events to the handler in a process that may open few files: the first while it may, the second
 * while none is left, and the second again when they are closed. Prints the three responses.
 */
const [, , first = '', second = ''] = process.argv;
const handler = createHandler(definition);
const invoke = (event: string) =>
  handler(JSON.parse(event), { getRemainingTimeInMillis: () => 20_000 });

const responses = [await invoke(first)];
const files: number[] = [];
try {
  for (;;) files.push(openSync('/dev/null', 'r'));
} catch {
  // No more can be opened, which is what is wanted.
}
responses.push(await invoke(second));
for (const file of files) closeSync(file);
responses.push(await invoke(second));
process.stdout.write(JSON.stringify({ opened: files.length, responses }), () => process.exit());
