import type { Display } from './display.ts';

/** Where nobody watches, a line now and then is enough. */
const TERMINAL_MS = 500;
const ELSEWHERE_MS = 10_000;

/**
 * Shows how far the work is, again and again, on standard error: standard output is for the result.
 *
 * @param line is asked each time
 * @returns does the work meanwhile, and ends the display
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

/** A bar of characters; empty where it is not known how much there is. */
export function bar(done: number, total: number): string {
  if (!Number.isFinite(total)) return '';
  const filled = Math.round(BAR_WIDTH * Math.min(1, total > 0 ? done / total : 1));
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}]`;
}
