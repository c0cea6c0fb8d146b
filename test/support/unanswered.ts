import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { listen } from './listen.ts';

/** An endpoint that accepts connections and says nothing, until the test is over. */
export async function silentEndpoint(): Promise<string> {
  const { port, stop } = await listen(createServer((socket) => socket.on('error', () => {})));
  onTestFinished(stop);
  return `http://127.0.0.1:${port}`;
}

/** Listens, and then accepts nothing. */
const DEAF = `
  const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, server.address().port + '\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/**
 * An endpoint behind a network that swallows packets, until the test is over: the queue of its listener is full, so that
 * Linux drops whoever asks for a connection.
 */
export async function blackHole(): Promise<string> {
  const child = spawn(process.execPath, ['--eval', DEAF], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  const fillers = [1, 2, 3, 4].map(() => connect(Number(line), '127.0.0.1').on('error', () => {}));
  onTestFinished(async () => {
    for (const socket of fillers) socket.destroy();
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')));
  return `http://127.0.0.1:${line}`;
}
