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
import { badLetter, createMailroom, goodLetter, letterOf } from './support/queue-world.ts';

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'letters-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'letters.jsonl');
}

const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const linesOf = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');

test('an export, imported elsewhere, gives the same messages, and leaves the queue as it was', async () => {
  const from = await createMailroom();
  const to = await createMailroom();
  const posts = [
    goodLetter(1),
    badLetter(2),
    // Not written as JSON.stringify would: kept byte by byte all the same.
    { body: '{ "hello" : 1 }' },
    { body: 'no JSON, ünd two\nlines' },
    letterOf(record('x', { headers: [{ '\uffff': [1] }] } as never)),
    {
      body: goodLetter(3).body,
      attributes: { replayAttempts: { DataType: 'Number', StringValue: '2' } },
    },
  ];
  await from.send(...posts);
  const file = newFile();
  expect(await from.run('export', file)).toMatchObject({
    code: 0,
    stdout: `Written to ${file}: 6 messages; in it before: 0.\n`,
  });
  expect(await from.count()).toBe(6);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const letters = linesOf(file).map((line) => JSON.parse(line));
  expect(letters.find(({ letter }) => letter?.id === 'notifications-0@1')).toMatchObject({
    messageId: expect.any(String),
    attributes: { reason: { DataType: 'String', StringValue: 'rejected_by_postgres' } },
    letter: { reason: 'rejected_by_postgres', record: { offset: 1 } },
  });

  expect(await to.run('import', file)).toMatchObject({
    code: 0,
    stdout: `Sent of ${file}: 6 messages; sent before: 0.\n`,
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
  expect(sent.map(({ Body }) => Body)).toEqual(posts.map(({ body }) => body).sort());
});

test('an export goes on where it was interrupted, even in the middle of a line', async () => {
  const { send, run } = await createMailroom();
  await send(...numbers(1, 30).map(goodLetter));
  const file = newFile();
  await run('export', file);
  const whole = readFileSync(file, 'utf8');
  const torn = whole.slice(0, whole.indexOf('\n', whole.length / 2) + 50);
  const before = torn.split('\n').length - 1;
  writeFileSync(file, torn);
  await send(goodLetter(31));
  const { code, stdout } = await run('export', file, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ file, before, added: 31 - before, complete: true });
  const ids = linesOf(file).map((line) => JSON.parse(line).letter.id);
  expect(new Set(ids).size).toBe(31);
  expect(ids).toHaveLength(31);
});

test('an export writes what is meant, and never into a file of something else', async () => {
  const { send, run } = await createMailroom();
  await send(goodLetter(1), badLetter(2));
  const file = newFile();
  await run('export', file, '--reason', 'invalid_value');
  expect(linesOf(file).map((line) => JSON.parse(line).letter.reason)).toEqual(['invalid_value']);
  const other = newFile();
  writeFileSync(other, 'dear diary\n');
  expect(await run('export', other)).toMatchObject({
    code: 1,
    stderr: `${other} holds something else than letters (line 1): name another file.\n`,
  });
  expect(readFileSync(other, 'utf8')).toBe('dear diary\n');
  expect(await run('export', join(file, 'below'))).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/cannot be written \(ENOTDIR\)\.\n$/),
  });
});

test('a second import sends nothing, and one of a longer file only what is new', async () => {
  const { send, run, count, queue } = await createMailroom();
  await send(...numbers(1, 250).map(goodLetter));
  const file = newFile();
  await run('export', file);
  await queue.takeAll();
  expect((await run('import', file)).stdout).toBe(
    `Sent of ${file}: 250 messages; sent before: 0.\n`,
  );
  expect((await run('import', file)).stdout).toBe(
    `Nothing was sent: all of ${file} was sent before (250 messages). Remove ${file}.progress to send it again.\n`,
  );
  expect(await count()).toBe(250);
  const [line = ''] = linesOf(file);
  appendFileSync(file, `${line}\n`);
  expect((await run('import', file)).stdout).toBe(
    `Sent of ${file}: 1 message; sent before: 250.\n`,
  );
});

test('an import that was interrupted goes on behind what it has noted', async () => {
  const { send, run, queue } = await createMailroom();
  await send(...numbers(1, 250).map(goodLetter));
  const file = newFile();
  await run('export', file);
  await queue.takeAll();
  const lines = linesOf(file);
  const bytes = Buffer.byteLength(`${lines.slice(0, 100).join('\n')}\n`);
  writeFileSync(
    `${file}.progress`,
    JSON.stringify({
      queueUrl: queue.url,
      file: hash('sha256', lines[0] ?? ''),
      bytes,
      letters: 100,
    }),
  );
  expect((await run('import', file)).stdout).toBe(
    `Sent of ${file}: 150 messages; sent before: 100.\n`,
  );
  const expected = lines.slice(100).map((line) => JSON.parse(line).letter.id);
  expect((await queue.takeLetters()).map(({ id }) => id).sort()).toEqual(expected.sort());
});

test('an import names what keeps it from sending', async () => {
  const { run, count } = await createMailroom();
  const other = await createMailroom();
  const file = newFile();
  expect(await run('import', file)).toMatchObject({
    code: 1,
    stderr: `${file} cannot be read (ENOENT).\n`,
  });
  writeFileSync(file, '{"messageId":"1","body":"a"}\nnonsense\n');
  expect(await run('import', file)).toMatchObject({
    code: 1,
    stderr: `${file} holds something else than letters (line 2); 0 letters before it were sent.\n`,
  });
  writeFileSync(file, '{"messageId":"1","body":"a"}\n');
  expect((await other.run('import', file)).code).toBe(0);
  expect(await run('import', file)).toMatchObject({
    code: 1,
    stderr: `${file}.progress is about another queue: remove it to import ${file} into this one too.\n`,
  });
  expect(await count()).toBe(0);
});

test('an import of another export under the same name is refused, until the note of the first is gone', async () => {
  const { send, run, count, queue } = await createMailroom();
  const file = newFile();
  await send(...numbers(1, 5).map(goodLetter));
  await run('export', file);
  await run('import', file);
  await queue.takeAll();
  await send(...numbers(6, 9).map(goodLetter));
  rmSync(file);
  await run('export', file);
  await queue.takeAll();
  expect(await run('import', file)).toMatchObject({
    code: 1,
    stderr: `${file}.progress is about another file that had this name: remove it to import ${file}.\n`,
  });
  expect(await count()).toBe(0);
  rmSync(`${file}.progress`);
  expect((await run('import', file)).stdout).toBe(`Sent of ${file}: 4 messages; sent before: 0.\n`);
});

test('an import says that the last line is torn off, and sends it once it is whole', async () => {
  const { send, run, count, queue } = await createMailroom();
  await send(...numbers(1, 3).map(goodLetter));
  const file = newFile();
  await run('export', file);
  await queue.takeAll();
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, whole.slice(0, -30));
  expect(await run('import', file)).toMatchObject({
    code: 1,
    stdout: `Sent of ${file}: 2 messages; sent before: 0.\n`,
    stderr: expect.stringContaining(`The last line of ${file} is torn off and was not sent`),
  });
  writeFileSync(file, whole);
  expect(await run('import', file)).toMatchObject({ code: 0 });
  expect(await count()).toBe(3);
});
