import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { onTerminal } from '../../src/cli/ask.ts';

/** Asks two questions of one input, and returns the answers and what was written. */
async function askTwice(...input: string[]) {
  const typed = new PassThrough();
  const screen = new PassThrough();
  for (const some of input) typed.write(some);
  typed.end();
  const answers = await onTerminal(
    async (ask) => [await ask('Topic', 'orders'), await ask('Table', 'shop.orders')],
    typed,
    screen,
  );
  screen.end();
  return { answers, written: await text(screen) };
}

test('answers that are pasted together come to their questions', async () => {
  const { answers, written } = await askTwice('views\n Views \n');
  expect(answers).toEqual(['views', 'Views']);
  expect(written).toContain('Topic [orders] ');
  expect(written).toContain('Table [shop.orders] ');
});

test('an empty line is an empty answer, and the end of the input is none', async () => {
  expect((await askTwice('\n')).answers).toEqual(['', null]);
});
