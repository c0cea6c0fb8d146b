import { untilSignal } from '../service/signals.ts';

/** Exit code of a command that a signal ended. */
export const INTERRUPTED = 130;

/**
 * Returns a signal that aborts at the first SIGINT or SIGTERM. A second one ends the process at once.
 *
 * @param say prints a line for the user at the first one
 */
export function interruption(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  void untilSignal().then(() => {
    say('Stopping after the work in progress; a second Ctrl-C stops at once.');
    controller.abort();
  });
  return controller.signal;
}
