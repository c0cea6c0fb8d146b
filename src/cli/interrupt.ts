import { untilSignal } from '../service/signals.ts';

/** Exit code of a command that a signal ended. */
export const INTERRUPTED = 130;

/**
 * A signal that aborts at the first SIGINT or SIGTERM; a second one ends the process at once.
 *
 * @param say is told what happens then
 */
export function interruption(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  void untilSignal().then(() => {
    say('Stopping; once more to stop at once.');
    controller.abort();
  });
  return controller.signal;
}
