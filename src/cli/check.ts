import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { AuthoringError } from '../authoring/authoring-error.ts';
import { askDatabase } from '../authoring/check/ask-database.ts';
import { decodeMessage, verdictOf } from '../authoring/check/judge.ts';
import { readMessages } from '../authoring/check/read-messages.ts';
import type { CompiledSinks } from '../definition/sinks.ts';
import { codeOf } from '../record/errors.ts';
import { decodeUtf8 } from '../record/utf8.ts';
import { readSettings } from '../settings/reader.ts';
import { readTombstonePolicy } from '../settings/sink.ts';
import { printSummary, printVerdict, toDocument } from './check-print.ts';
import { type RunCommand, UsageError } from './command.ts';
import { withDatabase } from './database.ts';
import { readArguments } from './options.ts';
import { loadNamedSinks, SINK_OPTION, sinkHelp } from './sink-option.ts';

const HELP = `kafka-pg-sink check FILE [options]

Tries messages: prints the row that each becomes, or what is wrong with each of its fields. FILE holds one JSON value
a line, one value, or an array of values; - is the standard input. Nothing is changed anywhere.

${sinkHelp(17)}
  --topic TOPIC  the topic that they are of (default: that of the definition, where there is one)
  --records      each value is {"key": …, "value": …, "headers": {…}} instead of a record's value alone
  --database     ask PostgreSQL too: store the rows in a transaction that is rolled back
  --json         one JSON document
  --help         this text

A key or a header that is a string is taken as it is; anything else as its JSON. The coordinates are invented: one
partition, offsets from 0, the time of now.

Environment: with --database the DATABASE_* settings; TOMBSTONE_POLICY. See docs/settings.md.

Exit code: 0 when no message is rejected or failed, 1 when one is, 2 for a wrong command line.`;

/** `kafka-pg-sink check`: tries messages. */
export const run: RunCommand = async (args) => {
  const { values, positionals } = readArguments('check', args, {
    ...SINK_OPTION,
    topic: { type: 'string' },
    records: { type: 'boolean' },
    database: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [file, ...others] = positionals;
  if (!file || others.length > 0)
    throw new UsageError('check needs the name of one file, or - for the standard input.');
  const tombstones = readSettings(process.env, readTombstonePolicy);
  const sinks = await loadNamedSinks(values, process.env);
  const { topic, sink } = named(sinks, values.topic);
  const form = values.records ? 'records' : 'values';
  const messages = readMessages(await textOf(file), form, topic);
  const decoded = messages.map((message) => ({
    message,
    decoded: decodeMessage(message, sink, tombstones),
  }));
  const verdicts = values.database
    ? await withDatabase(process.env, (client) => askDatabase(client, decoded, sink.table))
    : decoded.map((one) => verdictOf(one.message, one.decoded, sink.table));

  const document = () => ({ table: sink.table.name.join('.'), messages: toDocument(verdicts) });
  console.log(
    values.json
      ? JSON.stringify(document(), null, 2)
      : `${verdicts.map(printVerdict).join('\n')}\n\n${printSummary(verdicts)}`,
  );
  return verdicts.some(({ ending }) => ending === 'rejected' || ending === 'failed') ? 1 : 0;
};

function named(sinks: CompiledSinks, topic: string | undefined) {
  const topics = sinks.all.map((one) => String(one.topic)).join(', ');
  const [only, ...more] = sinks.all;
  const name = topic ?? (more.length === 0 ? only?.topic : undefined);
  if (typeof name !== 'string')
    throw new UsageError(`--topic is missing: name the topic of the messages; there is ${topics}.`);
  const sink = sinks.sinkOf(name);
  if (sink instanceof Error)
    throw new UsageError(`--topic ${name}: must have one definition; there is ${topics}.`);
  return { topic: name, sink };
}

async function textOf(file: string): Promise<string> {
  const bytes = file === '-' ? buffer(process.stdin) : readFile(file);
  const text = decodeUtf8(
    await bytes.catch((error) => {
      throw new AuthoringError(`${file} cannot be read (${codeOf(error)}).`);
    }),
  );
  if (text === null) throw new AuthoringError(`${file} must be UTF-8.`);
  return text;
}
