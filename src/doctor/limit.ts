import { DeadlineError } from '../record/errors.ts';
import { startDeadline } from '../timing/deadline.ts';

/**
 * Waits for work, at most so many milliseconds: nothing that hangs may hold the doctor up.
 *
 * @param work is given a signal that aborts when the time is over
 * @throws {DeadlineError} when the time is over first
 */
export async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = startDeadline(ms);
  try {
    return await deadline.race(work(deadline.signal));
  } finally {
    deadline.clear();
  }
}

/**
 * What to decide by: a SQLSTATE, the code of a socket, DNS or TLS error, or the name of an AWS error. Never a message,
 * which can quote what must not be shown.
 */
export function codeOf(error: unknown): string {
  if (error instanceof DeadlineError) return 'ETIMEDOUT';
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}
