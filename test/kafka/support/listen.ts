import type { Server } from 'node:net';
import { onTestFinished } from 'vitest';
import * as support from '../../support/listen.ts';

/** Listens in the place of a broker until the test ends. */
export async function listen(server: Server): Promise<string> {
  const { port, stop } = await support.listen(server);
  onTestFinished(stop);
  return `127.0.0.1:${port}`;
}
