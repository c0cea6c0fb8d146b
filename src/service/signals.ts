/**
 * Resolves at the first SIGTERM or SIGINT. A second one ends the process at once: what is not committed
 * is delivered again to whoever comes next.
 */
export function untilSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    });
  return promise;
}

/**
 * Ends the process with exit code 1 at an error that nobody expected. Its message may quote a record (promise P8), so
 * only its kind and its place in the code are printed.
 */
export function dieOfUnexpectedErrors(): void {
  // A rejection that nobody handles comes here too.
  process.on('uncaughtException', (error: unknown) => {
    const {
      name,
      message,
      stack = '',
    } = error instanceof Error ? error : { name: typeof error, message: '', stack: '' };
    const places = stack.replace(message, '').match(/^ {4}at .*$/gm) ?? [];
    console.error(
      [
        `An unexpected error (${name}) ended the process; what was not committed is delivered again.`,
        ...places.slice(0, 5),
      ].join('\n'),
    );
    process.exit(1);
  });
}
