import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventOf, recordOf } from '../support/event.ts';
import { ROOT } from '../support/process.ts';
import { createQueue } from '../support/queue.ts';
import { installPackage, run, runWell, write } from './support/install.ts';
import { measure } from './support/measure.ts';
import { COMMONJS, JAVASCRIPT, TABLE, TYPESCRIPT, WRONG } from './support/projects.ts';

const installed = await installPackage();
const folder = installed ?? '';
const own = join(folder, 'node_modules/kafka-pg-sink');
const npx = (...args: string[]) => runWell(folder, 'npx', ['kafka-pg-sink', ...args]);

afterAll(() => installed && rm(installed, { recursive: true }));

/** A database with the table of the projects' definition, and the settings that lead there. */
async function createPlaces(): Promise<{ database: TestDatabase; env: Record<string, string> }> {
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  await database.query(TABLE);
  const env = {
    DATABASE_URL: database.url,
    DEAD_LETTER_QUEUE_URL: queue.url,
    AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
    PARTIAL_BATCH_RESPONSE: 'enabled',
  };
  return { database, env };
}

/** The first Node.js of the PATH that is older than the package allows. */
async function findOldNode(): Promise<string | undefined> {
  for (const place of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(place, 'node');
    const version = await runWell(ROOT, node, ['--version']).catch(() => '');
    if (/^v(1[4-9]|2[01])\./.test(version)) return node;
  }
  console.warn(
    'No Node.js on the PATH is too old for the package: the test of its sentence is skipped.',
  );
  return undefined;
}
const oldNode = await findOldNode();

describe.skipIf(installed === null)('the installed package', () => {
  test('holds what its users need, and nothing of the tests', async () => {
    const published = JSON.parse(await readFile(join(own, 'package.json'), 'utf8'));
    expect(published).toMatchObject({ version: manifest.version, engines: { node: '>=22.18' } });
    for (const field of ['private', 'scripts', 'devDependencies', 'optionalDependencies'])
      expect(published).not.toHaveProperty(field);
    expect((await readdir(own)).sort()).toEqual([
      ...['CHANGELOG.md', 'LICENSE', 'README.md', 'docs', 'infra', 'lib', 'package.json'],
      'sink.config.schema.json',
      'template',
    ]);
    expect(await readdir(join(folder, 'node_modules'))).not.toContain('postgres-13-linux-x64');
  });

  test('stays small', async () => {
    const { packages, megabytes, ownMegabytes } = await measure(folder);
    console.log(
      `installed: ${packages} packages, ${megabytes.toFixed(1)} MB, ${ownMegabytes.toFixed(1)} MB of them its own`,
    );
    expect(packages).toBeLessThan(140);
    expect(megabytes).toBeLessThan(60);
    expect(ownMegabytes).toBeLessThan(2);
  });

  test('is imported by a definition without any of its dependencies', async () => {
    const alone = await mkdtemp(join(tmpdir(), 'package-test-'));
    onTestFinished(() => rm(alone, { recursive: true }));
    await cp(own, join(alone, 'node_modules/kafka-pg-sink'), { recursive: true });
    const code = "import { text } from 'kafka-pg-sink'; console.log(text().spec.type);";
    const args = ['--input-type=module', '--eval', code];
    expect(await runWell(alone, process.execPath, args)).toBe('text\n');
  });

  test('is typed, in strict TypeScript that resolves as Node.js does or as bundlers do', async () => {
    await write(folder, TYPESCRIPT);
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    const projects = ['node16', 'bundler'].map((resolution) => `tsconfig.${resolution}.json`);
    for (const project of projects) await runWell(folder, tsc, ['--project', project]);
    await write(folder, WRONG);
    onTestFinished(() => rm(join(folder, 'wrong.ts')));
    for (const project of projects) {
      const { code, stdout } = await run(folder, tsc, ['--project', project]);
      const lines = [...stdout.matchAll(/^(\S+)\((\d+),/gm)].map(
        ([, file, line]) => `${file}:${line}`,
      );
      expect({ code, lines }).toEqual({ code: 1, lines: ['wrong.ts:3', 'wrong.ts:4'] });
    }
  });

  test('stores an event by the handler of a JavaScript project', async () => {
    const project = join(folder, 'javascript');
    await write(project, JAVASCRIPT);
    const { database, env } = await createPlaces();
    const place = { id: 1, name: 'Rome' };
    const EVENT = JSON.stringify(eventOf([{ ...recordOf(7, place), topic: 'places' }]));
    const output = await runWell(project, process.execPath, ['invoke.js'], { ...env, EVENT });
    expect(output).toContain('{"batchItemFailures":[]}');
    expect(await database.query('SELECT * FROM places')).toEqual([
      { ...place, source_offset: '7' },
    ]);
  });

  test('takes the definition of a project of CommonJS modules', async () => {
    const project = join(folder, 'commonjs');
    await write(project, COMMONJS);
    const { env } = await createPlaces();
    const command = join(folder, 'node_modules/.bin/kafka-pg-sink');
    expect(await runWell(project, command, ['doctor'], env)).toContain('places');
  });

  test('brings a command, which finds the definition of the folder', async () => {
    expect(await npx('--version')).toBe(`${manifest.version}\n`);
    expect(await npx('consume', '--help')).toContain('--flush-interval-ms MS');
    await write(folder, { 'sink.config.ts': TYPESCRIPT['sink.config.ts'] });
    const { env } = await createPlaces();
    expect(await runWell(folder, 'npx', ['kafka-pg-sink', 'doctor'], env)).toContain('places');
  });

  test('brings migrate, for which node-pg-migrate is installed separately', async () => {
    const { database, env } = await createPlaces();
    await write(folder, { 'migrations/0001_create-notes.sql': 'CREATE TABLE notes (id int);' });
    const args = ['kafka-pg-sink', 'migrate', '--history', 'places_migrations'];
    const migrate = () => run(folder, 'npx', args, env);
    expect(await migrate()).toMatchObject({
      code: 1,
      stderr: 'migrate needs a package that is not here: npm install node-pg-migrate\n',
    });
    const path = 'node_modules/node-pg-migrate';
    await symlink(join(ROOT, path), join(folder, path));
    onTestFinished(() => rm(join(folder, path)));
    expect(await migrate()).toMatchObject({ stdout: 'migrated: 0001_create-notes\n' });
    expect(await database.query('SELECT * FROM notes')).toEqual([]);
  });

  test.skipIf(oldNode === undefined)('so do the scripts of this repository', async () => {
    const script = join(ROOT, 'scripts/needs-node.cjs');
    expect(await run(ROOT, oldNode ?? '', [script])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^The scripts of kafka-pg-sink need .* run npm rebuild node, or/,
      ),
    });
    expect(await run(ROOT, process.execPath, [script])).toMatchObject({ code: 0, stderr: '' });
  });

  test.skipIf(oldNode === undefined)('says to an old Node.js what it needs', async () => {
    const command = join(own, 'lib/cli/kafka-pg-sink.cjs');
    expect(await run(folder, oldNode ?? '', [command, '--version'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^kafka-pg-sink needs Node\.js 22\.18 or later, and this is [\d.]+: install a later one\.\n$/,
      ),
    });
  });
});
