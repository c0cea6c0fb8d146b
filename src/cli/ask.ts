import { createInterface } from 'node:readline';

/** Whether somebody sits at a terminal, to be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks on the terminal.
 *
 * @param hint of the answers, in brackets behind the question
 * @returns null when the input ends, by Ctrl-C or Ctrl-D
 */
export async function ask(question: string, hint: string): Promise<string | null> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const { promise, resolve } = Promise.withResolvers<string | null>();
  terminal.question(`${question} [${hint}] `, resolve);
  terminal.on('close', () => resolve(null));
  const answer = await promise;
  terminal.close();
  // Ctrl-C and Ctrl-D leave the cursor behind the question.
  if (answer === null) process.stderr.write('\n');
  return answer?.trim() ?? null;
}
