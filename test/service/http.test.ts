import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpFace, text } from '../../src/service/http.ts';
import { until } from '../support/until.ts';

test('connections that send nothing are bounded and ended, and the probe is answered all the same', async () => {
  const face = createHttpFace(
    { host: '127.0.0.1', port: 0 },
    new Map([['/livez', () => text(200, 'ok')]]),
  );
  const url = new URL(await face.listen());
  const sockets: Socket[] = [];
  let ended = 0;
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await face.close();
  });
  for (let n = 0; n < 300; n += 1) {
    const socket = connect(Number(url.port), url.hostname);
    socket.on('error', () => {});
    socket.once('close', () => {
      ended += 1;
    });
    socket.resume();
    sockets.push(socket);
    await once(socket, 'connect');
  }
  // The oldest beyond the bound at once, the others when they have sent nothing for long enough.
  await until(
    () => ended >= 200,
    () => `200 connections that are too many: ${ended}`,
  );
  expect(await (await fetch(`${url}livez`)).text()).toBe('ok');
  expect(sockets.slice(201).filter(({ closed }) => closed)).toEqual([]);
  await until(
    () => ended === 300,
    () => `300 connections that ended: ${ended}`,
  );
});
