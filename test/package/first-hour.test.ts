import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { createRowMatcher } from '../../local/match-rows.ts';
import { createSampler } from '../../src/authoring/sample/sampler.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { mappingOf } from '../deploy/support/package.ts';
import { createDatabase } from '../support/database.ts';
import { startNode } from '../support/process.ts';
import { createQueue } from '../support/queue.ts';
import { createTestTopic } from '../support/topic.ts';
import { until } from '../support/until.ts';
import { definitionOf, linkDevDependencies, TABLE } from './support/first-hour.ts';
import { installPackage, run, runWell } from './support/install.ts';

const installed = await installPackage();
afterAll(() => installed && rm(installed, { recursive: true }));

const COUNT = 500;
const ARNS = {
  clusterArn: 'arn:aws:kafka:us-east-1:111122223333:cluster/orders/6a7b8c9d-0000-1111-3',
  databaseSecretArn: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:orders-db-AbCdEf',
};

describe.skipIf(installed === null || inject('kafka') === null)('the first hour', () => {
  test('leads from an empty folder and a table that is there to stored records and a packaged stack', async () => {
    const folder = installed ?? '';
    const [database, queue, topic] = await Promise.all([
      createDatabase(),
      createQueue(),
      createTestTopic(),
    ]);
    await database.query(TABLE);
    const env = {
      DATABASE_URL: database.url,
      DEAD_LETTER_QUEUE_URL: queue.url,
      AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
      KAFKA_BOOTSTRAP_SERVERS: topic.bootstrapServers,
      TEST_DATABASE_URL: inject('postgresUrl'),
      HTTP_PORT: '0',
    };
    const npx = (...args: string[]) => runWell(folder, 'npx', args, env);
    const table = 'shop."Order lines"';

    await npx('kafka-pg-sink', 'init', '--name', 'lines', '--topic', topic.name, '--table', table);
    await linkDevDependencies(folder);

    const infer = ['infer', '--table', table, '--topic', topic.name, '--out', 'sink.config.ts'];
    expect(await npx('kafka-pg-sink', ...infer, '--force')).toContain('Nothing is left to decide.');
    await npx('tsc');

    const checked = await npx('kafka-pg-sink', 'check', '--sample', '20', '--database');
    expect(checked).toContain('20 messages: 20 would be stored');

    const examined = await run(folder, 'npx', ['kafka-pg-sink', 'doctor'], env);
    expect(examined.stdout).toContain('Order lines');
    expect(examined, examined.stdout).toMatchObject({ code: 0 });

    expect(await runWell(folder, 'npm', ['test'], env)).toContain('pass 1');

    await consume(folder, topic, env);

    const packaging = ['run', '--silent', 'package', '--', '--stage', 'prod'];
    const unfilled = await run(folder, 'npm', packaging, env);
    expect(unfilled).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^2 settings are wrong:\n/),
    });
    const filled = Object.entries(ARNS).map(([name, value]) => `--param=${name}=${value}`);
    await runWell(folder, 'npm', [...packaging, ...filled], env);
    const template = join(folder, '.serverless/cloudformation-template-update-stack.json');
    const { Resources } = JSON.parse(await readFile(template, 'utf8'));
    expect(Resources.SinkLambdaFunction.Properties.FunctionName).toBe('lines-prod');
    expect(mappingOf({ Resources }).properties.Topics).toEqual([topic.name]);
  }, 300_000);
});

/** Has the project's consumer store records of every column, and compares each value with what was sent. */
async function consume(
  folder: string,
  topic: Awaited<ReturnType<typeof createTestTopic>>,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const definition = await definitionOf(folder);
  const sampler = createSampler(definition);
  const sent = Array.from({ length: COUNT }, (_, index) => ({ ...sampler.make(index), index }));
  const timestamp = Date.now();
  await topic.produce(
    sent.map(({ key, value, headers }) => ({
      ...{ partition: 0, timestamp: BigInt(timestamp) },
      ...(key && { key }),
      ...(value && { value }),
      headers: new Map(
        headers.map(({ name, value: bytes }) => [Buffer.from(name), bytes ?? Buffer.of()]),
      ),
    })),
  );

  const command = join(folder, 'node_modules/kafka-pg-sink/lib/cli/kafka-pg-sink.cjs');
  const options = ['--group-id', `group-${topic.name}`, '--from', 'earliest'];
  const consumer = startNode([command, 'consume', ...options], env, folder);
  await until(
    async () => (await topic.committed())[0] === COUNT,
    () => `all records acknowledged:\n${consumer.output()}`,
  );
  consumer.kill('SIGTERM');
  expect(await consumer.ended).toMatchObject({ code: 0 });

  const client = new pg.Client({ connectionString: env.DATABASE_URL ?? '' });
  await client.connect();
  onTestFinished(() => client.end());
  const [sink] = compileSinks(definition).all;
  if (!sink) throw new Error('There is no definition.');
  const matcher = await createRowMatcher(client, [sink.table]);
  for (const { index, ...record } of sent) {
    const at = { topic: topic.name, partition: 0, offset: index, timestamp };
    const decoded = sink.decode({ ...at, timestampType: 'CREATE_TIME', ...record });
    if (!('row' in decoded)) throw new Error(JSON.stringify(decoded));
    // What is left to the table's default is in neither of the two.
    const names = decoded.table.columns.map(({ name }) => name);
    const row = sink.table.columns.map(({ name }) => decoded.row[names.indexOf(name)]);
    await matcher.expect(sink.table, index, row);
  }
  const { rows, doubled, wrong, differences } = await matcher.match();
  expect({ rows, doubled, wrong, missing: differences.size }).toEqual({
    ...{ rows: COUNT, doubled: 0, wrong: 0, missing: 0 },
  });
}
