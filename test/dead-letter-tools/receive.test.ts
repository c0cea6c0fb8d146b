import { expect, test } from 'vitest';
import type { Leases } from '../../src/dead-letter-tools/queue/lease.ts';
import type { Message } from '../../src/dead-letter-tools/queue/queue-client.ts';
import { receiveAll } from '../../src/dead-letter-tools/queue/receive.ts';

const message = (number: number): Message => ({
  ...{ id: String(number), handle: '', body: '', attributes: {}, sentAt: 0 },
});

/** A queue of `count` messages, one for each call. Call number `emptyCall` gets no message. */
function leasesOf(count: number, emptyCall: number): Leases {
  let calls = 0;
  let left = count;
  return {
    async receive() {
      calls += 1;
      if (calls !== emptyCall && left > 0) {
        left -= 1;
        return [message(left)];
      }
      // An empty call takes long, so that others are answered in the meantime.
      for (let turn = 0; turn < 1000; turn += 1) await null;
      return [];
    },
    size: 0,
    isFull: false,
    remove: async () => [],
    release: async () => {},
  };
}

async function receive(leases: Leases, signal = new AbortController().signal) {
  let received = 0;
  for await (const messages of receiveAll(leases, signal)) received += messages.length;
  return received;
}

test('an empty answer does not count while other calls bring messages', async () => {
  expect(await receive(leasesOf(500, 1))).toBe(500);
});

test('an empty queue ends it after one answer to each call', async () => {
  expect(await receive(leasesOf(0, 0))).toBe(0);
});

test('a signal ends it after the calls under way', async () => {
  const end = new AbortController();
  let received = 0;
  for await (const messages of receiveAll(leasesOf(500, 0), end.signal)) {
    received += messages.length;
    if (received === 10) end.abort();
  }
  expect(received).toBeGreaterThanOrEqual(10);
  expect(received).toBeLessThan(30);
});
