import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hasTools } from '../support/tools.ts';
import { awsLines, judgeAwsLines } from './support/aws-lines.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENTS = globSync(['*.md', 'docs/*.md', 'template/*.md', 'examples/**/*.md'], {
  cwd: ROOT,
});
const canParse = hasTools(['python'], 'the test of the lines that call the AWS CLI is');

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aws-lines-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('lines are found as the shell would hand them over', () => {
  const text = [
    'Text with `aws sqs delete-queue --queue-url URL` in it, and `aws sqs` alone.',
    '```sh',
    'ID=$(aws lambda list-functions \\',
    "  --query 'Functions[0]')",
    'npx something && aws lambda get-function --function-name "$ID"',
    '```',
  ];
  expect(awsLines(text.join('\n'), createFolder())).toEqual([
    ['lambda', 'list-functions', '--query', 'Functions[0]'],
    ['lambda', 'get-function', '--function-name', '00000000-0000-0000-0000-000000000000'],
    ['sqs', 'delete-queue', '--queue-url', 'URL'],
  ]);
  expect(() =>
    awsLines('```sh\naws sqs list-queues --queue-name-prefix $X\n```', createFolder()),
  ).toThrow('X');
});

test('logs are searched by the fields of JSON, in which the function and Lambda write them', () => {
  const folder = createFolder();
  const patterns = DOCUMENTS.flatMap((file) =>
    awsLines(readFileSync(join(ROOT, file), 'utf8'), folder),
  )
    .filter((line) => line.includes('--filter-pattern'))
    .map((line) => line[line.indexOf('--filter-pattern') + 1]);
  expect(patterns.length).toBeGreaterThan(5);
  for (const pattern of patterns) expect(pattern).toMatch(/^\{ \$\..+ \}$/);
});

test.runIf(canParse)('the parser of the AWS CLI refuses what it does not know', () => {
  const lines = [
    ['sqs', 'delete-queue', '--queue-url', 'URL'],
    ['sqs', 'delete-queue', '--url', 'URL'],
    ['sqs', 'get-queue', '--queue-url', 'URL'],
    ['lambda', 'get-event-source-mapping', '--uuid', 'too-short'],
    ['sqs', 'list-queues', '--query', 'QueueUrls[['],
  ];
  expect(judgeAwsLines(lines, createFolder())).toEqual([
    null,
    expect.stringContaining('the following arguments are required: --queue-url'),
    expect.stringContaining("Invalid choice: 'get-queue'"),
    expect.stringContaining('UUID'),
    expect.stringContaining('Bad value for --query'),
  ]);
});

test.runIf(canParse)(
  'every line of the documents that calls the AWS CLI is one that it takes',
  () => {
    const folder = createFolder();
    const found = DOCUMENTS.flatMap((file) =>
      awsLines(readFileSync(join(ROOT, file), 'utf8'), folder).map((line) => ({ file, line })),
    );
    const complaints = judgeAwsLines(
      found.map(({ line }) => line),
      folder,
    );
    expect(found.length).toBeGreaterThan(20);
    const refused = found.flatMap(({ file, line }, index) => {
      const complaint = complaints[index] ?? null;
      return complaint === null ? [] : [{ file, line: line.join(' '), complaint }];
    });
    expect(refused).toEqual([]);
  },
);
