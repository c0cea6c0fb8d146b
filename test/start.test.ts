import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { runs } from './local/helpers.ts';
import { createDatabase } from './support/database.ts';
import { listen } from './support/listen.ts';
import { ROOT, type RunningProcess, startNode } from './support/process.ts';
import { until } from './support/until.ts';

interface Run extends Pick<RunningProcess, 'kill' | 'output' | 'untilPrinted'> {
  /** The exit code. */
  readonly ended: Promise<number | null>;
  /** What it has in the temporary folder now. */
  leftOver(): string[];
  /** Waits until that is nothing. */
  untilCleanedUp(): Promise<void>;
}

/** Runs what `npm start` runs, with a temporary folder of its own. */
function start(args: string[], env: Record<string, string> = {}): Run {
  const folder = mkdtempSync(join(tmpdir(), 'start-test-'));
  // PostgreSQL, which does not run as root, must get there too.
  chmodSync(folder, 0o755);
  // Registered before the process, so that it is done after its end.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { kill, output, untilPrinted, ended } = startNode(['local/start.ts', ...args], {
    ...{ HOME: process.env.HOME, TMPDIR: folder },
    ...env,
  });
  const leftOver = () => readdirSync(folder);
  return {
    ...{ kill, output, untilPrinted, leftOver },
    ended: ended.then(({ code }) => code),
    untilCleanedUp: () =>
      until(
        () => leftOver().length === 0,
        () => `an empty folder in place of one with ${leftOver()}`,
      ),
  };
}

/** An environment whose search path holds no Java, only the one command that is needed to run as root. */
function withoutJava(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'start-test-path-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(execFileSync('sh', ['-c', 'command -v id']).toString().trim(), join(folder, 'id'));
  return { PATH: folder, JAVA_HOME: '' };
}

/** The settings that a run prints for another terminal. */
function exportsOf(output: string): Record<string, string> {
  const settings = output.matchAll(/export (\w+)='([^']*)'/g);
  return Object.fromEntries([...settings].map(([, name = '', value = '']) => [name, value]));
}

/** What the doctor prints with these settings. */
function doctor(env: Record<string, string>): string {
  return execFileSync(process.execPath, ['src/cli/main.ts', 'doctor'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
  }).toString();
}

beforeAll(() => {
  execFileSync(process.execPath, ['src/cli/main.ts', 'build'], { cwd: ROOT });
});

describe('with wrong input', () => {
  test('names every wrong setting at once, before anything is started', async () => {
    const run = start([], { BATCH_SIZE: 'many', RETRY_JITTER: '2', KAFKA_GROUP_ID: 'a b' });
    expect(await run.ended).toBe(1);
    expect(run.output().trim().split('\n')).toEqual([
      '3 settings are wrong:',
      '  - RETRY_JITTER="2": must be a number from 0 to 1 (share of the delay)',
      '  - KAFKA_GROUP_ID="a b": must be a name without white space',
      '  - BATCH_SIZE="many": must be a whole number from 1 to 10000 (records)',
    ]);
  });

  test.each([
    ...[['--records', '0'], ['--records', 'ten'], ['--postgres-port', '70000'], ['--colour']],
    ['--sample', '=1'],
  ])('rejects the option %s %s', async (...args) => {
    const run = start(args.filter((arg) => arg !== undefined));
    expect(await run.ended).toBe(2);
    expect(run.output().trim().split('\n')).toHaveLength(1);
  });

  test('explains itself', async () => {
    const run = start(['--help']);
    expect(await run.ended).toBe(0);
    for (const text of ['--records N', '--quick', 'Exit code: 0 when', '3 when a target is missed'])
      expect(run.output()).toContain(text);
  });

  test.each([
    [['--sink', 'no.config.ts'], /no\.config\.ts: no such file/],
    [['--schema', 'no.sql'], /^--schema no\.sql: no such file\.$/m],
  ])('says before anything is started what is wrong with %j', async (args, message) => {
    const run = start(args);
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(message);
    expect(run.output()).not.toContain('starting');
  });

  test('says what it must know to create a table, and leaves nothing', async () => {
    const run = start(['--sink', 'examples/orders/sink.config.ts']);
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(
      /columns\.status: the values of shop\.order_status must be known.*; or give the SQL that creates it by --schema\n$/,
    );
    expect(run.leftOver()).toEqual([]);
  });

  test('says which port is taken, and leaves nothing', async () => {
    const { port, stop } = await listen(createServer());
    onTestFinished(stop);
    const run = start(['--postgres-port', String(port)]);
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(new RegExp(`^.*${port}.* taken.*\n$`));
    expect(run.leftOver()).toEqual([]);
  });

  test('says that no broker answers where KAFKA_BOOTSTRAP_SERVERS points, and leaves nothing', async () => {
    const run = start([], { KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1' });
    expect(await run.ended).toBe(1);
    expect(run.output().trim().split('\n').at(-1)).toMatch(
      /^No Kafka broker answered at 127\.0\.0\.1:1/,
    );
    expect(run.leftOver()).toEqual([]);
  });

  test('says that DATABASE_URL leads nowhere, without its password', async () => {
    const run = start([], { DATABASE_URL: 'postgres://user:secret-word@127.0.0.1:1/db' });
    expect(await run.ended).toBe(1);
    expect(run.output().trim().split('\n').at(-1)).toMatch(
      /^PostgreSQL cannot be used \(ECONNREFUSED\)/,
    );
    expect(run.output()).not.toContain('secret-word');
  });

  test('fails under CI where Java is missing', async () => {
    const run = start(['--records', '100'], { ...withoutJava(), CI: 'true' });
    expect(await run.ended).toBe(1);
    expect(run.output().trim().split('\n').at(-1)).toMatch(/Java.*KAFKA_BOOTSTRAP_SERVERS/);
    expect(run.leftOver()).toEqual([]);
  });
});

test('does the job on a topic in memory where there is no broker, and says how to get one', async () => {
  const run = start(['--records', '3000'], withoutJava());
  expect(await run.ended).toBe(0);
  expect(run.output()).toMatch(/Java.*KAFKA_BOOTSTRAP_SERVERS.*topic in memory/);
  expect(run.output()).toContain(
    'every record is accounted for (missing 0, doubled 0, unexpected 0)',
  );
  expect(run.output()).toContain('The targets need a broker');
  expect(run.leftOver()).toEqual([]);
});

/** The exit code that fits what a run has printed: whether a target is met depends on the machine. */
function codeOf(output: string): number {
  return /^Missed: [^;]*$/m.test(output) ? 3 : 0;
}

/** What a run with any definition file must say. */
async function expectComplete(run: Run, counts: RegExp): Promise<void> {
  const code = await run.ended;
  expect([code, run.output()]).toEqual([codeOf(run.output()), expect.stringMatching(counts)]);
  expect(run.output()).toContain(
    'every record is accounted for (missing 0, doubled 0, unexpected 0)',
  );
  expect(run.leftOver()).toEqual([]);
}

/** The process of the sink that a run has started, as it prints it. */
function sinkOf(output: string): number {
  return Number(/kafka-pg-sink consume: process (\d+)/.exec(output)?.[1]);
}

/** The measured value and the verdict of a target. */
function targetOf(output: string, name: string): string | undefined {
  return new RegExp(`^  ${name} +\\S+ [\\d,]+(?: \\w+)? +(.+?)$`, 'm').exec(output)?.[1];
}

describe.each([
  ['in memory', true],
  ['in Kafka', false],
])('any definition file, over topics %s', (_, inMemory) => {
  const begin = (...args: string[]) =>
    inMemory ? start(args, withoutJava()) : start([...args, '--quick']);

  test.skipIf(!inMemory && inject('kafka') === null)('orders, with their own SQL', async () => {
    await expectComplete(
      begin(
        ...['--records', '1000', '--sink', 'examples/orders/sink.config.ts'],
        ...['--schema', 'examples/orders/schema.sql'],
      ),
      /records in the topic +1,020\n +rows in the table +950\n +dead letters +50 .*rejected_by_postgres 10/,
    );
  });

  test.skipIf(!inMemory && inject('kafka') === null)('customers, a table of states', async () => {
    await expectComplete(
      begin(
        ...['--records', '1000', '--sink', 'examples/customers/sink.config.ts'],
        ...['--schema', 'examples/customers/schema.sql'],
      ),
      /records in the topic +1,020\n +rows in the table +940\n +dead letters +40 .*rejected_by_postgres 10\)\n +of a newer state, or deleted +40\n/,
    );
  });

  test.skipIf(!inMemory && inject('kafka') === null)(
    'three topics, whose tables are created from the definitions',
    async () => {
      await expectComplete(
        begin(
          ...['--records', '1000', '--sink', 'examples/three-topics/sink.config.ts'],
          ...['--sample', 'client.bot=true', '--sample', 'client.bot=false'],
        ),
        /shop\.customers, shop\.payments, shop\.page_views\n(.|\n)*records in the topics +3,060\n +rows in the tables +2,870\n +dead letters +140 .*key_conflict 10.*\n +passed over +10\n/,
      );
    },
  );
});

/** Milliseconds that all phases, and what a test does beside them, may take. */
const ALL_PHASES_MS = 120_000;

describe.skipIf(inject('kafka') === null)('with Kafka', { timeout: ALL_PHASES_MS }, () => {
  test('starts everything, shows all phases, accounts for every record, keeps it running, and leaves nothing [E1] [K6]', async () => {
    const run = start(['--records', '3000', '--keep']);
    await run.untilPrinted('Running until Ctrl-C');
    expect(run.output()).toContain(
      'every record is accounted for (missing 0, doubled 0, unexpected 0)',
    );
    expect(run.output()).toMatch(
      /records in the topic +37,740\n +rows in the table +35,150\n +dead letters +1,850 /,
    );
    const [, server = '', topic = ''] = /Kafka +(\S+) topic (\S+)/.exec(run.output()) ?? [];
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [server] });
    const { topics } = await admin.metadata({ topics: [topic] });
    await admin.close();
    expect(topic).toBe('notifications');
    expect(topics.get(topic)?.partitions).toHaveLength(3);
    for (const phase of ['(a) backlog', '(b) steady flow', '(c) outage'])
      expect(run.output()).toContain(`${phase}: `);
    for (const name of ['records/s', 'flush P95', 'consumption P95', 'memory', 'recovery'])
      expect(targetOf(run.output(), name), name).toMatch(/^[\d,.]+(?: \w+)? +(met|MISSED)$/);

    const env = exportsOf(run.output());
    expect(doctor(env)).toContain(', 0 warned, 0 failed, 2 skipped');
    expect(run.output()).toMatch(/^ *npx kafka-pg-sink consume$/m);
    const sink = sinkOf(run.output());
    const address = / (http:\S+\/metrics), process/.exec(run.output())?.[1] ?? '';
    expect(await (await fetch(address)).text()).toContain('kafka_pg_sink_joined 1');
    const another = startNode(['src/cli/main.ts', 'consume'], env);
    await another.untilPrinted('"consuming"');
    another.kill('SIGTERM');
    expect((await another.ended).code).toBe(0);

    expect(runs(sink)).toBe(true);
    run.kill('SIGINT');
    expect(await run.ended).toBe(codeOf(run.output()));
    expect(run.leftOver()).toEqual([]);
    expect(runs(sink)).toBe(false);
  });

  test('--quick shows the backlog alone, and passes what the user has set on to the sink', async () => {
    const run = start(['--records', '1000', '--quick', '--keep'], {
      BATCH_SIZE: '1000',
      POWERTOOLS_SERVICE_NAME: 'of-the-user',
    });
    await run.untilPrinted('Running until Ctrl-C');
    expect(run.output()).not.toMatch(/\([bc]\)/);
    for (const name of ['consumption P95', 'recovery'])
      expect(targetOf(run.output(), name), name).toBe('left out');
    const log = readFileSync(/, log (\S+)/.exec(run.output())?.[1] ?? '', 'utf8');
    expect(log).toContain('"service":"of-the-user"');
    expect(log).toMatch(/"received":1[0-9]{3}/);
    run.kill('SIGINT');
    expect(await run.ended).toBe(codeOf(run.output()));
  });

  test('uses the servers that the environment names, and leaves them as they were', async () => {
    const database = await createDatabase();
    const kafka = inject('kafka') ?? '';
    const run = start(['--records', '2000', '--keep'], {
      DATABASE_URL: database.url,
      KAFKA_BOOTSTRAP_SERVERS: kafka,
    });
    await run.untilPrinted('Running until Ctrl-C');
    expect(doctor(exportsOf(run.output()))).toContain(', 0 warned, 0 failed, 2 skipped');
    run.kill('SIGINT');
    expect(await run.ended).toBe(codeOf(run.output()));
    expect(run.output()).toContain('(c) outage: left out');
    expect(targetOf(run.output(), 'consumption P95')).toMatch(/met|MISSED/);
    expect(targetOf(run.output(), 'recovery')).toBe('left out');
    const [, topic = ''] = /to the topic (\S+)/.exec(run.output()) ?? [];
    expect(topic).toMatch(/^notifications-start-\d+$/);
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka] });
    expect(await admin.listTopics()).not.toContain(topic);
    await admin.close();
    expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([{ count: 0 }]);
    expect(run.output()).toMatch(/the server of DATABASE_URL, database kafka_pg_sink_start_\d+/);
    const [, name] = /database (kafka_pg_sink_start_\d+)/.exec(run.output()) ?? [];
    expect(await database.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])).toEqual(
      [],
    );
  });

  test.each([
    ...[['starting on', 500_000] as const, ['producing', 500_000] as const],
    ['consume: process', 100_000] as const,
    ...[['(b) steady flow', 1000] as const, ['PostgreSQL is killed', 1000] as const],
  ])('ends in order when interrupted at "%s"', async (moment, records) => {
    const run = start(['--records', String(records)]);
    await run.untilPrinted(moment);
    run.kill('SIGINT');
    expect(await run.ended).toBe(130);
    await run.untilCleanedUp();
    expect(runs(sinkOf(run.output()))).toBe(false);
  });

  test('leaves neither process nor folder when it is killed', async () => {
    const run = start(['--records', '1000']);
    await run.untilPrinted('(b) steady flow');
    run.kill('SIGKILL');
    await run.untilCleanedUp();
    expect(runs(sinkOf(run.output()))).toBe(false);
  });
});
