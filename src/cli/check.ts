import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { AuthoringError } from '../authoring/authoring-error.ts';
import { askDatabase } from '../authoring/check/ask-database.ts';
import { decodeMessage, verdictOf } from '../authoring/check/judge.ts';
import { readBounds } from '../authoring/check/read-bounds.ts';
import { type Message, readMessages } from '../authoring/check/read-messages.ts';
import { sampleMessages, toForm } from '../authoring/check/sample-messages.ts';
import { readLabels } from '../authoring/sample/read-labels.ts';
import type { AnyDefinition } from '../definition/define.ts';
import { compileSinks } from '../definition/sinks.ts';
import { codeOf } from '../record/errors.ts';
import { decodeUtf8 } from '../record/utf8.ts';
import { readSettings } from '../settings/reader.ts';
import { readTombstonePolicy } from '../settings/sink.ts';
import { printSummary, printVerdict, toDocument } from './check-print.ts';
import { type RunCommand, UsageError } from './command.ts';
import { withDatabase } from './database.ts';
import { readArguments } from './options.ts';
import { loadNamedDefinitions, SINK_OPTION, sinkHelp } from './sink-option.ts';

const HELP = `kafka-pg-sink check FILE [options]
kafka-pg-sink check --sample N [options]

Tries messages: prints the row that each becomes, or what is wrong with each of its fields. FILE holds one JSON value
a line, one value, or an array of values; - is the standard input. With --sample they are invented for the definition,
the same ones each time. Nothing is changed anywhere.

${sinkHelp(17)}
  --topic TOPIC  the topic that they are of (default: that of the definition, where there is one)
  --records      each value is {"key": …, "value": …, "headers": {…}} instead of a record's value alone
  --database     ask PostgreSQL too: store the rows in a transaction that is rolled back
  --sample N     invent so many messages, instead of FILE
  --json         one JSON document; an invented message is in it as "record", in the form of --records
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
    sample: { type: 'string' },
    database: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const count = countOf(values.sample);
  const [file = '', ...others] = positionals;
  if ((file === '') === (count === null) || others.length > 0)
    throw new UsageError(
      'check needs the name of one file, or - for the standard input, or else --sample N.',
    );
  if (count !== null && values.records)
    throw new UsageError('--records says what a file holds: leave it out with --sample.');
  const tombstones = readSettings(process.env, readTombstonePolicy);
  const definitions = await loadNamedDefinitions(values, process.env);
  const { topic, sink, definition } = named(definitions, values.topic);
  const known = () =>
    withDatabase(process.env, async (client) => ({
      labels: await readLabels(client, definitions),
      given: await readBounds(client, definition),
    }));
  const messages =
    count === null
      ? readMessages(await textOf(file), values.records ? 'records' : 'values', topic)
      : sampleMessages(definition, topic, count, values.database ? await known() : {});
  const decoded = messages.map((message) => ({
    message,
    decoded: decodeMessage(message, sink, tombstones),
  }));
  const verdicts = values.database
    ? await withDatabase(process.env, (client) => askDatabase(client, decoded, sink.table))
    : decoded.map((one) => verdictOf(one.message, one.decoded, sink.table));

  const document = () => ({
    table: sink.table.name.join('.'),
    messages: toDocument(verdicts).map((verdict, at) =>
      count === null ? verdict : { ...verdict, record: toForm((messages[at] as Message).record) },
    ),
  });
  console.log(
    values.json
      ? JSON.stringify(document(), null, 2)
      : `${verdicts.map(printVerdict).join('\n')}\n\n${printSummary(verdicts)}`,
  );
  return verdicts.some(({ ending }) => ending === 'rejected' || ending === 'failed') ? 1 : 0;
};

function countOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UsageError('--sample must be a whole number from 1 to 99999.');
}

function named(definitions: readonly AnyDefinition[], topic: string | undefined) {
  const { all, sinkOf } = compileSinks(definitions);
  const topics = all.map((one) => String(one.topic)).join(', ');
  const [only, ...more] = all;
  const name = topic ?? (more.length === 0 ? only?.topic : undefined);
  if (typeof name !== 'string')
    throw new UsageError(`--topic is missing: name the topic of the messages; there is ${topics}.`);
  const sink = sinkOf(name);
  if (sink instanceof Error)
    throw new UsageError(`--topic ${name}: must have one definition; there is ${topics}.`);
  return { topic: name, sink, definition: definitions[all.indexOf(sink)] as AnyDefinition };
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
