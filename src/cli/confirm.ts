import { canAsk, onTerminal } from './ask.ts';
import { UsageError } from './command.ts';

/**
 * Makes sure that somebody can agree to a step that cannot be undone: on the terminal, or by `--yes`.
 *
 * @param yes whether `--yes` was given
 * @param what the step, as the beginning of a sentence
 * @throws {UsageError} when there is no terminal to ask on
 */
export function requireConsent(yes: boolean, what: string): void {
  if (yes || canAsk()) return;
  throw new UsageError(`${what}: without a terminal to ask on, it needs --yes.`);
}

/** Asks on the terminal. Anything but yes means no, and so does the end of the input. */
export async function confirm(question: string): Promise<boolean> {
  const answer = await onTerminal((ask) => ask(question, 'y/N'));
  return /^y(es)?$/i.test(answer ?? '');
}
