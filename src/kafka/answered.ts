import { within } from '../timing/within.ts';

/** Kafka has not answered for too long. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** Requests are repeated by the client while Kafka is away, and that may be long. */
const ANSWER_MS = 60_000;

/**
 * Waits for the client, but not for ever: where a connection closes at the wrong moment it loses an answer, and the one
 * who asked would wait for it until the process ends.
 *
 * @throws {SilenceError} where nothing has come within a minute
 */
export async function answered<T>(asked: Promise<T>): Promise<T> {
  asked.catch(() => {});
  if (!(await within(ANSWER_MS, asked))) throw new SilenceError('Kafka did not answer.');
  return asked;
}
