import { createInterface } from 'node:readline';
import { UsageError } from './command.ts';

/**
 * Makes sure that somebody can agree to a step that cannot be undone: on the terminal, or by `--yes`.
 *
 * @param yes whether `--yes` was given
 * @param what the step, as the beginning of a sentence
 * @throws {UsageError} when there is no terminal to ask on
 */
export function requireConsent(yes: boolean, what: string): void {
  if (yes || (process.stdin.isTTY && process.stderr.isTTY)) return;
  throw new UsageError(`${what}: without a terminal to ask on, it needs --yes.`);
}

/** Asks on the terminal. Anything but yes means no, and so does the end of the input. */
export async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const { promise, resolve } = Promise.withResolvers<string | null>();
  terminal.question(`${question} [y/N] `, resolve);
  terminal.on('close', () => resolve(null));
  const answer = await promise;
  terminal.close();
  // Ctrl-C and Ctrl-D leave the cursor behind the question.
  if (answer === null) process.stderr.write('\n');
  return answer !== null && /^y(es)?$/i.test(answer.trim());
}
