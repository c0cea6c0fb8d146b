import { MissingBrokerError } from '../local/java.ts';

/**
 * Runs a benchmark. What ends it is told in one line; what it had started ends with it, as it does on Ctrl-C, for each of
 * its processes ends with this one.
 *
 * @param main gets what stops its servers
 */
export async function run(main: (cleanup: AsyncDisposableStack) => Promise<void>): Promise<void> {
  try {
    await using cleanup = new AsyncDisposableStack();
    await main(cleanup);
  } catch (error) {
    console.error(lineOf(error));
    process.exitCode = 1;
  }
}

function lineOf(error: unknown): string {
  // The broker that others may have running is of no use here: all contenders get one of their own.
  if (error instanceof MissingBrokerError)
    return `This benchmark starts Kafka, and ${error.missing}. Install Java 17 and Maven.`;
  return error instanceof Error ? error.message : String(error);
}
