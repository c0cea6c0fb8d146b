import { hash } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { record } from '../support/records.ts';
import {
  badDeadLetter,
  createQueueWorld,
  deadLetterOf,
  goodDeadLetter,
} from './support/queue-world.ts';

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'export-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'messages.jsonl');
}

const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const linesOf = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');

test('an export that is imported elsewhere yields the same messages, and the queue stays as it was', async () => {
  const from = await createQueueWorld();
  const to = await createQueueWorld();
  const messages = [
    goodDeadLetter(1),
    badDeadLetter(2),
    // Not written as JSON.stringify would: kept byte by byte all the same.
    { body: '{ "hello" : 1 }' },
    { body: 'no JSON, ünd two\nlines' },
    deadLetterOf(record('x', { headers: [{ '\uffff': [1] }] } as never)),
    {
      body: goodDeadLetter(3).body,
      attributes: { replayAttempts: { DataType: 'Number', StringValue: '2' } },
    },
  ];
  await from.send(...messages);
  const file = newFile();
  expect(await from.run('export', file)).toMatchObject({
    code: 0,
    stdout: `Written to ${file}: 6 messages; in the file before: 0.\n`,
  });
  expect(await from.count()).toBe(6);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const lines = linesOf(file).map((line) => JSON.parse(line));
  expect(lines.find(({ deadLetter }) => deadLetter?.id === 'notifications-0@1')).toMatchObject({
    messageId: expect.any(String),
    attributes: { reason: { DataType: 'String', StringValue: 'rejected_by_postgres' } },
    deadLetter: { reason: 'rejected_by_postgres', record: { offset: 1 } },
  });

  expect(await to.run('import', file)).toMatchObject({
    code: 0,
    stdout: `Sent from ${file}: 6 messages; sent before: 0.\n`,
  });
  const essence = ({ Body = '', MessageAttributes = {} }) => ({
    Body,
    attributes: Object.entries(MessageAttributes)
      .map(([name, value]) => `${name}=${(value as { StringValue?: string }).StringValue}`)
      .sort(),
  });
  const byBody = (a: { Body: string }, b: { Body: string }) => (a.Body < b.Body ? -1 : 1);
  const sent = (await from.queue.takeAll()).map(essence).sort(byBody);
  expect((await to.queue.takeAll()).map(essence).sort(byBody)).toEqual(sent);
  expect(sent.map(({ Body }) => Body)).toEqual(messages.map(({ body }) => body).sort());
});

test('an interrupted export continues where it stopped, even in the middle of a line', async () => {
  const { send, run } = await createQueueWorld();
  await send(...numbers(1, 30).map(goodDeadLetter));
  const file = newFile();
  await run('export', file);
  const whole = readFileSync(file, 'utf8');
  const cut = whole.slice(0, whole.indexOf('\n', whole.length / 2) + 50);
  const before = cut.split('\n').length - 1;
  writeFileSync(file, cut);
  await send(goodDeadLetter(31));
  const { code, stdout } = await run('export', file, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ file, before, added: 31 - before, complete: true });
  const ids = linesOf(file).map((line) => JSON.parse(line).deadLetter.id);
  expect(new Set(ids).size).toBe(31);
  expect(ids).toHaveLength(31);
});

test('an export writes the selected messages, and never into a file of another kind', async () => {
  const { send, run } = await createQueueWorld();
  await send(goodDeadLetter(1), badDeadLetter(2));
  const file = newFile();
  await run('export', file, '--reason', 'invalid_value');
  expect(linesOf(file).map((line) => JSON.parse(line).deadLetter.reason)).toEqual([
    'invalid_value',
  ]);
  const other = newFile();
  writeFileSync(other, 'dear diary\n');
  expect(await run('export', other)).toMatchObject({
    code: 1,
    stderr: `${other} is not an exported file (line 1): name another file.\n`,
  });
  expect(readFileSync(other, 'utf8')).toBe('dear diary\n');
  expect(await run('export', join(file, 'below'))).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/cannot be written \(ENOTDIR\)\.\n$/),
  });
});

test('a second import sends nothing, and an import of a longer file sends only the new messages', async () => {
  const { send, run, count, queue } = await createQueueWorld();
  await send(...numbers(1, 250).map(goodDeadLetter));
  const file = newFile();
  await run('export', file);
  await queue.takeAll();
  expect((await run('import', file)).stdout).toBe(
    `Sent from ${file}: 250 messages; sent before: 0.\n`,
  );
  expect((await run('import', file)).stdout).toBe(
    `Nothing to send: all of ${file} was sent before (250 messages). Remove ${file}.progress to send it again.\n`,
  );
  expect(await count()).toBe(250);
  const [line = ''] = linesOf(file);
  appendFileSync(file, `${line}\n`);
  expect((await run('import', file)).stdout).toBe(
    `Sent from ${file}: 1 message; sent before: 250.\n`,
  );
});

test('an interrupted import continues after the progress that it wrote', async () => {
  const { send, run, queue } = await createQueueWorld();
  await send(...numbers(1, 250).map(goodDeadLetter));
  const file = newFile();
  await run('export', file);
  await queue.takeAll();
  const lines = linesOf(file);
  const bytes = Buffer.byteLength(`${lines.slice(0, 100).join('\n')}\n`);
  writeFileSync(
    `${file}.progress`,
    JSON.stringify({
      queueUrl: queue.url,
      firstLineSha256: hash('sha256', lines[0] ?? ''),
      bytes,
      messages: 100,
    }),
  );
  expect((await run('import', file)).stdout).toBe(
    `Sent from ${file}: 150 messages; sent before: 100.\n`,
  );
  const expected = lines.slice(100).map((line) => JSON.parse(line).deadLetter.id);
  expect((await queue.takeDeadLetters()).map(({ id }) => id).sort()).toEqual(expected.sort());
});

test('an import says why it cannot send', async () => {
  const { run, count } = await createQueueWorld();
  const other = await createQueueWorld();
  const file = newFile();
  expect(await run('import', file)).toMatchObject({
    code: 1,
    stderr: `${file} cannot be read (ENOENT).\n`,
  });
  writeFileSync(file, '{"messageId":"1","body":"a"}\nnonsense\n');
  expect(await run('import', file)).toMatchObject({
    code: 1,
    stderr: `${file} is not an exported file (line 2); 0 messages before that line were sent.\n`,
  });
  writeFileSync(file, '{"messageId":"1","body":"a"}\n');
  expect((await other.run('import', file)).code).toBe(0);
  expect(await run('import', file)).toMatchObject({
    code: 1,
    stderr: `${file}.progress belongs to an import into another queue: remove it to import ${file} into this one too.\n`,
  });
  expect(await count()).toBe(0);
});

test('an import refuses another export under the same name until the progress of the first is removed', async () => {
  const { send, run, count, queue } = await createQueueWorld();
  const file = newFile();
  await send(...numbers(1, 5).map(goodDeadLetter));
  await run('export', file);
  await run('import', file);
  await queue.takeAll();
  await send(...numbers(6, 9).map(goodDeadLetter));
  rmSync(file);
  await run('export', file);
  await queue.takeAll();
  expect(await run('import', file)).toMatchObject({
    code: 1,
    stderr: `${file}.progress belongs to another file that had this name: remove it to import ${file}.\n`,
  });
  expect(await count()).toBe(0);
  rmSync(`${file}.progress`);
  expect((await run('import', file)).stdout).toBe(
    `Sent from ${file}: 4 messages; sent before: 0.\n`,
  );
});

test('an import reports an incomplete last line, and sends it as soon as it is complete', async () => {
  const { send, run, count, queue } = await createQueueWorld();
  await send(...numbers(1, 3).map(goodDeadLetter));
  const file = newFile();
  await run('export', file);
  await queue.takeAll();
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, whole.slice(0, -30));
  expect(await run('import', file)).toMatchObject({
    code: 1,
    stdout: `Sent from ${file}: 2 messages; sent before: 0.\n`,
    stderr: expect.stringContaining(`The last line of ${file} is incomplete and was not sent`),
  });
  writeFileSync(file, whole);
  expect(await run('import', file)).toMatchObject({ code: 0 });
  expect(await count()).toBe(3);
});
