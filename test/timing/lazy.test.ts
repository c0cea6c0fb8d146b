import { expect, test, vi } from 'vitest';
import { lazy } from '../../src/timing/lazy.ts';

test('what was loaded is kept, also for those who ask meanwhile', async () => {
  const load = vi.fn(async () => ({}));
  const get = lazy(load);
  expect(load).not.toHaveBeenCalled();
  const [first, second] = await Promise.all([get(), get()]);
  expect(first).toBe(second);
  expect(await get()).toBe(first);
  expect(load).toHaveBeenCalledOnce();
});

test('a failure is not kept', async () => {
  const load = vi.fn(async () => 'there');
  load.mockRejectedValueOnce(new Error('EMFILE'));
  const get = lazy(load);
  await expect(get()).rejects.toThrow('EMFILE');
  expect(await get()).toBe('there');
});
