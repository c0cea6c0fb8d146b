import { parseArgs } from 'node:util';

export interface Options {
  /** Sample notifications to produce; about 2 % of them are sent twice. */
  readonly records: number;
  /** Whether everything keeps running after the reconciliation, until Ctrl-C. */
  readonly keep: boolean;
  /** TCP ports on 127.0.0.1; free ones where not given. */
  readonly postgresPort: number | undefined;
  readonly kafkaPort: number | undefined;
  readonly sqsPort: number | undefined;
}

export const HELP = `npm start -- [options]

Starts PostgreSQL, Kafka and an SQS emulator on this machine, produces sample notifications to a
Kafka topic, takes them through the consumer and the sink into PostgreSQL and the dead-letter queue, and
matches every record with where it ended.

  --records N         sample notifications to produce, 1 to 10000000 (default 100000)
  --keep              leave everything running and print the connection strings; Ctrl-C ends it
  --postgres-port N   port for PostgreSQL on 127.0.0.1 (default: a free one)
  --kafka-port N      port for Kafka on 127.0.0.1 (default: a free one)
  --sqs-port N        port for the SQS emulator on 127.0.0.1 (default: a free one)
  --help              this text

Environment:
  KAFKA_BOOTSTRAP_SERVERS   use this broker; the samples go to a topic of their own, removed at the end
  DATABASE_URL              use this server; the samples go to a schema of their own, removed at the end
  and the settings of the sink and the consumer, see docs/settings.md.

Exit code: 0 when every record is accounted for, 1 when not or when something fails, 2 for wrong
options, 130 after Ctrl-C.`;

/** What was wrong with the command line. */
export class UsageError extends Error {}

/**
 * @param args the command line without the program
 * @returns the options, or null where help was asked for
 * @throws {UsageError} for what is not an option, or a wrong value
 */
export function readOptions(args: readonly string[]): Options | null {
  const values = parse(args);
  if (values.help) return null;
  return {
    records: number('--records', values.records, 10_000_000) ?? 100_000,
    keep: values.keep ?? false,
    postgresPort: number('--postgres-port', values['postgres-port'], 65_535),
    kafkaPort: number('--kafka-port', values['kafka-port'], 65_535),
    sqsPort: number('--sqs-port', values['sqs-port'], 65_535),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        records: { type: 'string' },
        keep: { type: 'boolean' },
        'postgres-port': { type: 'string' },
        'kafka-port': { type: 'string' },
        'sqs-port': { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message} See npm start -- --help.`);
  }
}

function number(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`${name} ${text}: must be a whole number from 1 to ${max}.`);
}
