import type { Display } from './display.ts';

/** Without a terminal nobody watches, so a line now and then is enough. */
const TERMINAL_MS = 500;
const ELSEWHERE_MS = 10_000;

/**
 * Does work, and shows its progress at intervals. The display writes to standard error, as standard output is for the
 * result.
 *
 * @param line the progress in one line; it is called each time
 * @returns what the work returns
 */
export async function withProgress<T>(
  display: Display,
  line: () => string,
  work: () => Promise<T>,
): Promise<T> {
  const show = () => display.progress(line());
  const timer = setInterval(show, process.stderr.isTTY ? TERMINAL_MS : ELSEWHERE_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    display.end();
  }
}

const BAR_WIDTH = 20;

/** A progress bar of characters; empty when the total is unknown (infinite). */
export function bar(done: number, total: number): string {
  if (!Number.isFinite(total)) return '';
  const filled = Math.round(BAR_WIDTH * Math.min(1, total > 0 ? done / total : 1));
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}]`;
}
