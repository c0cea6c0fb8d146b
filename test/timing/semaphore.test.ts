import { expect, test } from 'vitest';
import { type Deadline, DeadlineError, startDeadline } from '../../src/timing/deadline.ts';
import { createSemaphore } from '../../src/timing/semaphore.ts';

const within = async <T>(ms: number, work: (deadline: Deadline) => Promise<T>): Promise<T> => {
  const deadline = startDeadline(ms);
  return work(deadline).finally(() => deadline.clear());
};

/** Work that ends when it is told to. */
function createWork(semaphore = createSemaphore(2)) {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const start = (name: string, ms = 60_000) =>
    within(ms, (deadline) =>
      semaphore(deadline, () => {
        begun.push(name);
        const end = Promise.withResolvers<string>();
        ends.set(name, end);
        return end.promise;
      }),
    );
  const turn = () => new Promise(setImmediate);
  return { begun, start, turn, end: (name: string) => ends.get(name)?.resolve(name), ends };
}

test('so many work at a time, and the others in the order in which they came', async () => {
  const { begun, start, turn, end } = createWork();
  const all = ['a', 'b', 'c', 'd'].map((name) => start(name));
  await turn();
  expect(begun).toEqual(['a', 'b']);
  end('b');
  await turn();
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c']) end(name);
  await turn();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  end('d');
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
});

test('work that fails makes room like any other', async () => {
  const { start, turn, begun, end, ends } = createWork(createSemaphore(1));
  const failing = start('a');
  const next = start('b');
  await turn();
  ends.get('a')?.reject(new Error('failed'));
  await expect(failing).rejects.toThrow('failed');
  await turn();
  expect(begun).toEqual(['a', 'b']);
  end('b');
  expect(await next).toBe('b');
});

test('who waits beyond its deadline gives its place up', async () => {
  const { start, turn, begun, end } = createWork(createSemaphore(1));
  const first = start('a');
  const late = start('late', 20);
  const last = start('b');
  await expect(late).rejects.toBeInstanceOf(DeadlineError);
  end('a');
  await first;
  await turn();
  expect(begun).toEqual(['a', 'b']);
  end('b');
  expect(await last).toBe('b');
});

test('a turn that comes as its time is over is passed on', async () => {
  const semaphore = createSemaphore(1);
  const { start, turn, begun, end } = createWork(semaphore);
  const first = start('a');
  const expired = Promise.withResolvers<never>();
  const deadline: Deadline = {
    ...startDeadline(60_000),
    // Its time is over, but it hears of that after its turn has come.
    race: (promise) => promise.then(() => expired.promise),
  };
  const late = semaphore(deadline, async () => 'late');
  const last = start('b');
  end('a');
  await first;
  expired.reject(new DeadlineError('over'));
  await expect(late).rejects.toThrow('over');
  await turn();
  expect(begun).toEqual(['a', 'b']);
  end('b');
  expect(await last).toBe('b');
  deadline.clear();
});
