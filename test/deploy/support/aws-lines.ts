import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLS } from '../../support/tools.ts';

/** A command line as the shell hands it to `aws`, without that word. */
export type AwsLine = readonly string[];

/** Runs nothing but `aws`, which notes its words, and what prepares them. What it prints is taken for a UUID. */
const STUBS = `
  set -u
  exec 3> "$1/lines"
  aws() { printf '%s\\x1f' "$@" >&3; printf '\\x1e' >&3; echo 00000000-0000-0000-0000-000000000000; }
  date() { echo 1700000000; }
  cat() { /bin/cat "$@"; }
  command_not_found_handle() { :; }
  PATH=/nowhere; cd "$1"
`;

/**
 * Finds the lines of a document that call the AWS CLI, in its blocks of shell and in the text. Bash itself reads them, so that
 * quotes, variables and substitutions are what they are; a variable that no block sets is an error.
 *
 * @param folder an empty one, where the blocks may write files
 */
export function awsLines(markdown: string, folder: string): readonly AwsLine[] {
  const blocks = [...markdown.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
  const spans = [
    ...markdown.replaceAll(/^```.*?^```/gms, '').matchAll(/`(aws [^\s`]+ [^\s`]+ [^`]+)`/g),
  ];
  const script = [
    STUBS,
    ...blocks.filter((block) => /\baws /.test(block)),
    ...spans.map(([, span]) => span),
  ].join('\n');
  const { status, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', folder], {
    encoding: 'utf8',
    env: {},
  });
  if (status !== 0 || stderr !== '') throw new Error(`bash: ${stderr}`);
  return readFileSync(join(folder, 'lines'), 'utf8')
    .split('\x1e')
    .slice(0, -1)
    .map((line) => line.split('\x1f').slice(0, -1));
}

/** What the AWS CLI's own parser says of lines; null for one that it takes. Files are looked for in `folder`. */
export function judgeAwsLines(lines: readonly AwsLine[], folder: string): (string | null)[] {
  const script = join(import.meta.dirname, 'aws_cli.py');
  const { stdout, stderr, status } = spawnSync(TOOLS.python, [script], {
    cwd: folder,
    input: JSON.stringify(lines),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
