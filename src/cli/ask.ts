import { createInterface } from 'node:readline';
import { UsageError } from './command.ts';

/** Whether somebody sits at a terminal, to be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks on the terminal.
 *
 * @param fallback what an empty answer stands for
 * @throws {UsageError} when the input ends, by Ctrl-C or Ctrl-D
 */
export async function ask(question: string, fallback: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const { promise, resolve } = Promise.withResolvers<string | null>();
  terminal.question(`${question} [${fallback}] `, resolve);
  terminal.on('close', () => resolve(null));
  const answer = await promise;
  terminal.close();
  if (answer === null) throw new UsageError('\nNothing was written.');
  return answer.trim() || fallback;
}
