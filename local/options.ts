import { parseArgs } from 'node:util';
import type { Given } from '../src/authoring/sample/draw.ts';

export interface Options {
  /** The file of the definitions; null for the sink that ships. */
  readonly sink: string | null;
  /** A file of SQL that creates the tables. */
  readonly schema: string | null;
  /** Values for samples, by column or field. */
  readonly given: Given;
  /** Samples to produce to each topic; about 2 % of them are sent twice. */
  readonly records: number;
  /** Whether the backlog is all that is measured. */
  readonly quick: boolean;
  /** Whether everything keeps running after the reconciliation, until Ctrl-C. */
  readonly keep: boolean;
  /** TCP ports on 127.0.0.1; free ones where not given. */
  readonly postgresPort: number | undefined;
  readonly kafkaPort: number | undefined;
  readonly sqsPort: number | undefined;
}

export const HELP = `npm start -- [options]

Starts PostgreSQL, Kafka and an SQS emulator on this machine, and the sink as it ships beside them:
kafka-pg-sink consume, with its defaults. Three phases show what it does, by its own metrics:
(a) a backlog of samples, (b) a steady flow of 2,000 records/s, (c) PostgreSQL killed while records flow,
and started again. Then every record is matched with where it ended, and what was measured is compared
with the targets.

  --sink FILE         the definition file (default: SINK_CONFIG, or else the sink that ships)
  --schema FILE       SQL that creates its tables, up to a line "-- Down Migration"; tables that are not
                      there after it are created from the definition
  --sample NAME=VALUE a value, JSON or text, of a column or a field; several times for several to choose
                      from (default: invented from the column's type)
  --records N         samples of the backlog for each topic, 1 to 10000000 (default 100000)
  --quick             phase (a) alone
  --keep              leave everything running and print the connection strings; Ctrl-C ends it
  --postgres-port N   port for PostgreSQL on 127.0.0.1 (default: a free one)
  --kafka-port N      port for Kafka on 127.0.0.1 (default: a free one)
  --sqs-port N        port for the SQS emulator on 127.0.0.1 (default: a free one)
  --help              this text

Environment:
  KAFKA_BOOTSTRAP_SERVERS   use this broker; the samples go to topics of their own, removed at the end
  DATABASE_URL              use this server; the samples go to a database of their own, removed at the end;
                            phase (c) is left out then
  and the settings of the sink and the consumer, see docs/settings.md.

Exit code: 0 when every record is accounted for and every target is met; 0 with a line that says so when
a target is missed on a busy machine, where others used more than 20 % of the CPU or steal was above 5 %;
3 when a target is missed otherwise; 1 when a record is missing, doubled or unexpected, or when something
fails; 2 for wrong options; 130 after Ctrl-C. Without Java there is no broker: phase (a) then runs on a
topic in memory, in one process, and no target is measured.`;

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
    sink: values.sink || process.env.SINK_CONFIG || null,
    schema: values.schema ?? null,
    given: readGiven(values.sample ?? []),
    records: number('--records', values.records, 10_000_000) ?? 100_000,
    quick: values.quick ?? false,
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
        sink: { type: 'string' },
        schema: { type: 'string' },
        sample: { type: 'string', multiple: true },
        records: { type: 'string' },
        quick: { type: 'boolean' },
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

function readGiven(pairs: readonly string[]): Given {
  const values = new Map<string, unknown[]>();
  for (const pair of pairs) {
    const [, name = '', text = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === '') throw new UsageError(`--sample ${pair}: must be NAME=VALUE.`);
    values.set(name, [...(values.get(name) ?? []), jsonOrText(text)]);
  }
  return Object.fromEntries(values);
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function number(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`${name} ${text}: must be a whole number from 1 to ${max}.`);
}
