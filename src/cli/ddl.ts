import { ddlOf } from '../authoring/ddl.ts';
import { type RunCommand, UsageError } from './command.ts';
import { readOptions } from './options.ts';
import { writeOut } from './out-file.ts';
import { loadNamedDefinitions, SINK_OPTION, sinkHelp } from './sink-option.ts';

const HELP = `kafka-pg-sink ddl [options]

Prints the SQL that creates the tables of the definitions, with their schemas and enums, where they are not there yet.
It needs no database. What a definition does not know, such as other indexes and defaults, is yours to add.

${sinkHelp(15)}
  --out FILE   write this file, which must not be there, instead of the standard output
  --help       this text

Exit code: 0 when the SQL is written, 1 when something fails, 2 for a wrong command line.`;

/** `kafka-pg-sink ddl`: writes the tables of the definitions as SQL. */
export const run: RunCommand = async (args) => {
  const values = readOptions('ddl', args, {
    ...SINK_OPTION,
    out: { type: 'string' },
    help: { type: 'boolean' },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const { out } = values;
  if (out === '') throw new UsageError('--out needs the name of a file.');
  const sql = `${ddlOf(await loadNamedDefinitions(values, process.env))}\n`;
  if (out === undefined) process.stdout.write(sql);
  else {
    await writeOut(out, sql, { remedy: 'name another file with --out, or remove it' });
    console.error(`Written to ${out}.`);
  }
  return 0;
};
