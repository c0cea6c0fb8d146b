import { afterAll, expect, test, vi } from 'vitest';
import { openWhenNeeded } from '../../src/dead-letter/lazy-queue.ts';
import { reject } from '../../src/record/fates.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { sinkRecord } from '../support/records.ts';

const BREAKER = { threshold: 5, openMs: 1000, maxOpenMs: 3000 };
const deadline = startDeadline(60_000);
afterAll(() => deadline.clear());
const rejected = [reject(sinkRecord(), 'invalid_json', 'not JSON')];

test('while the client cannot be loaded the dead letters have failed; the next batch loads it again', async () => {
  const send = vi.fn(async () => ({ deadLettered: rejected, failed: [] }));
  const close = vi.fn();
  const open = vi
    .fn(async () => ({ send, close }))
    .mockRejectedValueOnce(Object.assign(new Error('/secret/path'), { code: 'EMFILE' }));
  const queue = openWhenNeeded('https://sqs.test/1/q', (_, attempt) => attempt(), BREAKER, open);
  const { deadLettered, failed } = await queue.send(rejected, null, deadline);
  expect(deadLettered).toEqual([]);
  expect(failed).toMatchObject([
    {
      record: rejected[0]?.record,
      cause: {
        name: 'DeadLetterError',
        message: 'The client of the dead-letter queue could not be loaded (EMFILE).',
      },
    },
  ]);
  expect(await queue.send(rejected, null, deadline)).toEqual({
    deadLettered: rejected,
    failed: [],
  });
  expect(open).toHaveBeenCalledTimes(2);
  await queue.close();
  expect(close).toHaveBeenCalledOnce();
});
