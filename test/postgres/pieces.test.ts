import { expect, test } from 'vitest';
import { createPieces } from '../../src/postgres/write/pieces.ts';

/** What has been taken so far, each piece as a list; a piece is held until the test lets it go. */
function takeAll(min: number) {
  const pieces = createPieces<number>(min);
  const taken: number[][] = [];
  const holds: (() => void)[] = [];
  const reading = (async () => {
    for await (const piece of pieces) {
      taken.push([...piece]);
      await new Promise<void>((go) => holds.push(go));
    }
  })();
  return { pieces, taken, reading, go: () => holds.shift()?.() };
}

const turn = () => new Promise((done) => setImmediate(done));

test('a piece waits until enough has come, and takes all of it', async () => {
  const { pieces, taken } = takeAll(3);
  pieces.push([1, 2]);
  await turn();
  expect(taken).toEqual([]);
  pieces.push([3, 4, 5, 6, 7]);
  await turn();
  expect(taken).toEqual([[1, 2, 3, 4, 5, 6, 7]]);
});

test('what comes while a piece is worked on is the next one', async () => {
  const { pieces, taken, go } = takeAll(2);
  pieces.push([1, 2]);
  await turn();
  for (const item of [3, 4, 5]) pieces.push([item]);
  expect(taken).toEqual([[1, 2]]);
  go();
  await turn();
  expect(taken).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
});

test('the last piece is what is left, and without any there is none', async () => {
  const { pieces, taken, reading, go } = takeAll(2);
  pieces.push([1, 2]);
  await turn();
  pieces.push([3]);
  pieces.end();
  go();
  await turn();
  expect(taken).toEqual([[1, 2], [3]]);
  go();
  await reading;
  const none = takeAll(2);
  none.pieces.push([]);
  none.pieces.end();
  await none.reading;
  expect(none.taken).toEqual([]);
});
