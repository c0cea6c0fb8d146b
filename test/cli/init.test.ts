import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { ROOT, startNode } from '../support/process.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'init-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const init = (folder: string, ...args: string[]) =>
  startNode([join(ROOT, 'src/cli/main.ts'), 'init', ...args], {}, folder).ended;

/** All files of a folder, with what is in them. */
const filesOf = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );

test('writes a project with the names that it is given, and says what comes next', async () => {
  const folder = createFolder();
  const { code, stdout } = await init(
    folder,
    'my-sink',
    '--topic',
    'orders',
    '--table',
    'shop."Order"',
  );
  expect(code).toBe(0);
  expect(stdout).toContain('  cd my-sink\n  npm install\n');
  expect(stdout).toContain(
    `npx kafka-pg-sink infer --table 'shop."Order"' --topic orders --out sink.config.ts --force\n`,
  );
  const files = filesOf(join(folder, 'my-sink'));
  expect(Object.keys(files)).toEqual([
    ...[
      '.gitignore',
      'README.md',
      'deployment.cjs',
      'handler.ts',
      'package.json',
      'serverless.yml',
    ],
    ...['sink.config.ts', 'sink.test.ts', 'tsconfig.json'],
  ]);
  const manifest = JSON.parse(files['package.json'] ?? '');
  expect(manifest).toMatchObject({
    name: 'my-sink',
    dependencies: { 'kafka-pg-sink': `^${VERSION}` },
  });
  expect(files['sink.config.ts']).toContain(`topic: 'orders',\n  table: 'shop."Order"',`);
  expect(files['serverless.yml']).toMatch(/^service: 'my-sink'$/m);
  expect(Object.values(files).join('')).not.toContain('{{');
});

test('takes every table that SQL can name', async () => {
  const folder = createFolder();
  const table = `shop."it's \\ here"`;
  expect(await init(folder, '--topic', 'orders', '--name', 'one', '--table', table)).toMatchObject({
    code: 0,
  });
  expect(filesOf(folder)['sink.config.ts']).toContain(`table: 'shop."it\\'s \\\\ here"',`);
});

test('overwrites nothing, and names what it left', async () => {
  const folder = createFolder();
  await init(folder, '--topic', 'orders', '--name', 'one');
  writeFileSync(join(folder, 'sink.config.ts'), '// mine');
  const before = filesOf(folder);
  const { code, stdout } = await init(folder, '--topic', 'other', '--name', 'two');
  expect(code).toBe(0);
  expect(filesOf(folder)).toEqual(before);
  expect(stdout).toMatch(
    /^There already, and left as they were: \.gitignore, README\.md, .*sink\.config\.ts/,
  );
});

test('the table and the name have defaults that are valid', async () => {
  const folder = createFolder();
  const { code } = await init(folder, 'My Sink_2', '--topic', 'shop.orders-v1');
  expect(code).toBe(0);
  const files = filesOf(join(folder, 'My Sink_2'));
  expect(JSON.parse(files['package.json'] ?? '').name).toBe('my-sink-2');
  expect(files['sink.config.ts']).toContain(`table: 'shop_orders_v1'`);
});

test.each([
  [[], '--topic is missing: name the topic of Kafka.'],
  [
    ['--topic', 'a b'],
    '--topic a b: must be the name of a topic: up to 249 letters, digits, dots, dashes and underscores.',
  ],
  [
    ['--topic', 'a', '--table', '"'],
    `--table ": must be a table's name of up to 63 bytes, such as orders or shop.orders.`,
  ],
  [
    ['--topic', 'a', '--name', 'A'],
    '--name A: must be a name of up to 40 lower-case letters, digits and dashes, a-z in front.',
  ],
  [['a', 'b', '--topic', 'a'], 'init takes one folder.'],
])('%j is refused before anything is written', async (args, message) => {
  const folder = createFolder();
  expect(await init(folder, ...args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: `${message}\n`,
  });
  expect(readdirSync(folder)).toEqual([]);
});

test('a package.json that is no JSON is named', async () => {
  const folder = createFolder();
  writeFileSync(join(folder, 'package.json'), '{');
  expect(await init(folder, '--topic', 'a')).toMatchObject({
    code: 1,
    stderr: 'package.json must be a JSON object: repair it, or remove it.\n',
  });
});

test('in a project of CommonJS modules that has some, all files are .mts, and it says the right name', async () => {
  const folder = createFolder();
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(folder, 'index.js'), "require('fs')");
  const { code, stdout } = await init(folder, '--topic', 'views', '--name', 'views');
  expect(code).toBe(0);
  expect(stdout).toContain('--out sink.config.mts --force');
  const files = filesOf(folder);
  expect(Object.keys(files).filter((name) => /\.m?ts$/.test(name))).toEqual([
    ...['handler.mts', 'sink.config.mts', 'sink.test.mts'],
  ]);
  expect(JSON.parse(files['package.json'] ?? '').type).toBe('commonjs');
  expect(files['handler.mts']).toContain("from './sink.config.mts'");
  expect(files['tsconfig.json']).toContain('"*.mts"');
  expect(Object.values(files).join('')).not.toMatch(/(handler|sink\.config)\.ts/);
});

test('another folder gets the package from the file that this one has it from', async () => {
  const folder = createFolder();
  const dependencies = { 'kafka-pg-sink': 'file:../kafka-pg-sink-0.1.0.tgz' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies }));
  await init(folder, 'views-sink', '--topic', 'views');
  const manifest = JSON.parse(readFileSync(join(folder, 'views-sink/package.json'), 'utf8'));
  expect(manifest.dependencies['kafka-pg-sink']).toBe('file:../../kafka-pg-sink-0.1.0.tgz');
});

test('a definition that Node.js takes for a CommonJS module is an error that names the file to write', async () => {
  const folder = createFolder();
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(folder, 'sink.config.ts'), "import 'node:fs';\nexport default {};");
  const { code, stderr } = await startNode(
    [join(ROOT, 'src/cli/main.ts'), 'check', '--sample', '1'],
    {},
    folder,
  ).ended;
  expect(code).toBe(1);
  expect(stderr).toContain('are CommonJS; call the file sink.config.mts');
});
