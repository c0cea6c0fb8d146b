import { createInterface } from 'node:readline';

/** Whether somebody sits at a terminal, to be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks a question.
 *
 * @param hint of the answers, in brackets behind the question
 * @returns null when the input ends, by Ctrl-C or Ctrl-D
 */
export type Ask = (question: string, hint: string) => Promise<string | null>;

/**
 * Does work that asks on the terminal. All its questions read one input: answers that are pasted together come together, and
 * each waits for its question.
 */
export async function onTerminal<T>(
  work: (ask: Ask) => Promise<T>,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<T> {
  const terminal = createInterface({ input, output });
  const lines = terminal[Symbol.asyncIterator]();
  let open = true;
  terminal.once('close', () => {
    open = false;
  });
  try {
    return await work(async (question, hint) => {
      const prompt = `${question} [${hint}] `;
      terminal.setPrompt(prompt);
      // A closed terminal still has the lines that came before.
      if (open) terminal.prompt();
      else output.write(prompt);
      const line = await lines.next();
      if (!line.done) return line.value.trim();
      // Ctrl-C and Ctrl-D leave the cursor behind the question.
      output.write('\n');
      return null;
    });
  } finally {
    terminal.close();
  }
}
