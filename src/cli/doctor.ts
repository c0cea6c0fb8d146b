import type { Check } from '../doctor/check.ts';
import { examine } from '../doctor/doctor.ts';
import { DEFAULT_RECORD_BYTES, type Options } from '../doctor/options.ts';
import { formatCheck, formatSummary, summarize } from '../doctor/print.ts';
import { type RunCommand, UsageError } from './command.ts';
import { readOptions } from './options.ts';
import { loadNamedSinks, SINK_OPTION, sinkHelp } from './sink-option.ts';

const HELP = `kafka-pg-sink doctor [options]

Reads the settings that the sink reads, checks that it would work with them, and says what to do where
it would not. Nothing is changed: the row that it inserts is rolled back.

${sinkHelp(22)}
  --function NAME     look at this Lambda function too, and at its event source mapping; NAME:ALIAS for
                      a mapping on an alias
  --region REGION     region of the AWS services (default: AWS_REGION, or that of the profile)
  --record-bytes N    bytes of a typical record in Kafka, key, value and headers (default ${DEFAULT_RECORD_BYTES})
  --send              send one marked message to the dead-letter queue; it is removed again where the
                      queue was empty
  --json              one JSON document instead of the table
  --help              this text

Environment: the settings of the sink, see docs/settings.md, and those of the AWS SDK. With
KAFKA_BOOTSTRAP_SERVERS, brokers and topics are looked at too.

Exit code: 0 when no check failed (warnings do not count), 1 when one did, 2 for a wrong command line.`;

const MAX_RECORD_BYTES = 6 * 1024 * 1024;

/** `kafka-pg-sink doctor`: checks a set-up, and names the remedy for what is wrong with it. */
export const run: RunCommand = async (args) => {
  const values = readOptions('doctor', args, {
    function: { type: 'string' },
    region: { type: 'string' },
    'record-bytes': { type: 'string' },
    send: { type: 'boolean' },
    json: { type: 'boolean' },
    ...SINK_OPTION,
    help: { type: 'boolean' },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.function === '') throw new UsageError('--function needs the name of a function.');
  const options: Options = {
    functionName: values.function ?? null,
    recordBytes: readBytes(values['record-bytes']),
    send: values.send ?? false,
  };
  // Where every client of the SDK looks.
  if (values.region) process.env.AWS_REGION = values.region;

  const { all } = await loadNamedSinks(values, process.env);
  const checks: Check[] = [];
  for await (const check of examine(process.env, all, options)) {
    checks.push(check);
    if (!values.json) console.log(formatCheck(check, process.stdout));
  }
  const summary = summarize(checks);
  console.log(
    values.json ? JSON.stringify({ checks, ...summary }, null, 2) : `\n${formatSummary(summary)}`,
  );
  return summary.failed === 0 ? 0 : 1;
};

function readBytes(text: string | undefined): number {
  if (text === undefined) return DEFAULT_RECORD_BYTES;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= MAX_RECORD_BYTES) return value;
  throw new UsageError(
    `--record-bytes ${text}: must be a whole number from 1 to ${MAX_RECORD_BYTES}.`,
  );
}
