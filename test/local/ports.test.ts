import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { assertFree, freePort } from '../../local/ports.ts';
import { rejection } from './helpers.ts';

test('free ports differ and lie below the range of outgoing connections', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort));
  expect(new Set(ports).size).toBe(20);
  for (const port of ports)
    expect(port).toBeOneOf(Array.from({ length: 10_000 }, (_, i) => 20_000 + i));
});

test.each(['127.0.0.1', '0.0.0.0'])(
  'a port taken on %s is refused in one clear line',
  async (host) => {
    const port = await freePort();
    await expect(assertFree(port, 'PostgreSQL')).resolves.toBeUndefined();
    const server = createServer().listen(port, host);
    onTestFinished(() => void server.close());
    await once(server, 'listening');

    const { message } = await rejection(assertFree(port, 'PostgreSQL'));

    expect(message).toBe(
      `Port ${port} on 127.0.0.1 is taken, so PostgreSQL cannot start: stop what uses it or choose another port.`,
    );
  },
);
