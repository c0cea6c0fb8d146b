import { createInterface } from 'node:readline';
import { UsageError } from './command.ts';

/**
 * Makes sure that somebody can agree to what cannot be taken back: on the terminal, or by `--yes`.
 *
 * @param yes whether it was given
 * @param what is done, as the beginning of a sentence
 * @throws {UsageError} where nobody can be asked
 */
export function requireConsent(yes: boolean, what: string): void {
  if (yes || (process.stdin.isTTY && process.stderr.isTTY)) return;
  throw new UsageError(`${what}: where there is no terminal to ask on, it needs --yes.`);
}

/** Asks on the terminal; anything but yes is no, and so is its end. */
export async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const { promise, resolve } = Promise.withResolvers<string | null>();
  terminal.question(`${question} [y/N] `, resolve);
  terminal.on('close', () => resolve(null));
  const answer = await promise;
  terminal.close();
  // Ctrl-C and Ctrl-D leave the line open.
  if (answer === null) process.stderr.write('\n');
  return answer !== null && /^y(es)?$/i.test(answer.trim());
}
