import { type ParseArgsConfig, parseArgs } from 'node:util';
import { MissingBrokerError } from '../local/java.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

/**
 * Runs a benchmark, or prints its help. What ends it is told in one line; what it had started ends with it, as it does on
 * Ctrl-C, for each of its processes ends with this one.
 *
 * @param help what `--help` prints
 * @param options of the command line beside that, as `parseArgs` takes them
 * @param main gets what stops its servers, and the values of the options
 */
export async function run<const O extends Options>(
  help: string,
  options: O,
  main: (cleanup: AsyncDisposableStack, values: Values<O>) => Promise<void>,
): Promise<void> {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
    if ('help' in values) {
      console.log(help);
      return;
    }
    await using cleanup = new AsyncDisposableStack();
    await main(cleanup, values as Values<O>);
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
