import { expect, test } from 'vitest';
import { readFlags, readWithFlags } from '../../src/cli/consume-flags.ts';
import { HELP } from '../../src/cli/consume-help.ts';
import { CONSUME, flagOf, settingsOf } from '../../src/settings/table/all.ts';
import { consume } from '../service/support/service.ts';

const ALL = settingsOf(CONSUME);
const REQUIRED = {
  DATABASE_URL: 'postgres://localhost/unused',
  DEAD_LETTER_QUEUE_URL: 'http://localhost/unused/unused',
};

test.each([
  [['  --batch-size RECORDS ', '  BATCH_SIZE, default: 100']],
  [['  --from earliest|latest ', '  KAFKA_AUTO_OFFSET_RESET, default: latest']],
  [['  --dead-letter-queue-url URL ', '  DEAD_LETTER_QUEUE_URL, required']],
  [['  --database-port PORT ', "  DATABASE_PORT, default: the secret's, or 5432"]],
  [['  --cloudwatch-metrics ', '  CLOUDWATCH_METRICS=enabled, default: disabled']],
  [['  --group-instance-id NAME ', '  KAFKA_GROUP_INSTANCE_ID']],
  [['  --database-sslmode disable|require|verify-ca|verify-full', '  TLS,', '  DATABASE_SSLMODE,']],
  [['  DATABASE_URL=URL ']],
])('its help shows %j', (expected) => {
  const lines = HELP.split('\n');
  const at = lines.findIndex((line) => line.startsWith(expected[0] ?? ''));
  expect(at).toBeGreaterThan(0);
  for (const [below, text] of expected.entries()) expect(lines[at + below]).toContain(text);
});

test('its help shows every setting, and fits into a wide terminal', () => {
  const lines = HELP.split('\n');
  for (const { variable } of ALL)
    expect(lines.filter((line) => new RegExp(`^ +${variable}(,|=|$)`).test(line))).toHaveLength(1);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
});

test("the function's own settings are no options", () => {
  expect(HELP).not.toMatch(/PARTIAL_BATCH_RESPONSE|DEADLINE_MARGIN_MS|FAILURE_PAUSE_MS/);
  expect(() => readFlags(['--failure-pause-ms', '1'])).toThrow(
    "Unknown option '--failure-pause-ms'",
  );
});

test('credentials have no option, for a command line shows in the list of processes', () => {
  const none = ALL.filter((setting) => flagOf(setting) === null);
  expect(none.map(({ variable }) => variable)).toEqual([
    'DATABASE_URL',
    'KAFKA_SASL_USERNAME',
    'KAFKA_SASL_PASSWORD',
    'KAFKA_SASL_TOKEN',
  ]);
  expect(ALL.filter(({ kind }) => kind.secret)).toEqual(none);
});

test.each([
  ['--group-id', 'orders', 'KAFKA_GROUP_ID'],
  ['--bootstrap-servers', 'a:1,b:2', 'KAFKA_BOOTSTRAP_SERVERS'],
  ['--from', 'earliest', 'KAFKA_AUTO_OFFSET_RESET'],
  ['--database-pool-size', '7', 'DATABASE_POOL_SIZE'],
  ['--kafka-ca-file', '/ca.pem', 'KAFKA_CA_FILE'],
  ['--port', '0', 'HTTP_PORT'],
  ['--stage', 'prod', 'STAGE'],
  ['--region', 'eu-central-1', 'AWS_REGION'],
])('%s %s sets %s', (option, value, variable) => {
  expect(readFlags([option, value])).toEqual({ [variable]: value });
  expect(readFlags([`${option}=${value}`])).toEqual({ [variable]: value });
});

test('an option wins over the environment', () => {
  const flags = readFlags(['--group-id', 'orders', '--batch-size=7', '--cloudwatch-metrics']) ?? {};
  const env = { ...REQUIRED, KAFKA_GROUP_ID: 'other', BATCH_SIZE: '9', FLUSH_INTERVAL_MS: '250' };
  const { consumer, telemetry } = readWithFlags(env, flags);
  expect(consumer).toMatchObject({ groupId: 'orders', batchSize: 7, flushIntervalMs: 250 });
  expect(telemetry.cloudWatchMetrics).toBe(true);
});

test.each([
  ['an unknown option', ['--colour', 'red'], "Unknown option '--colour'"],
  ['an option without its value', ['--group-id'], "Option '--group-id <value>' argument missing"],
  ['an empty value', ['--group-id', ''], '--group-id needs a value.'],
  ['an argument too many', ['now'], "Unexpected argument 'now'"],
  [
    'a value that begins with a dash',
    ['--batch-size', '-5'],
    "To specify an option argument starting with a dash use '--batch-size=-XYZ'",
  ],
  ['a topic, which the definition names', ['--topic', 'orders'], "Unknown option '--topic'"],
  ['a credential', ['--kafka-sasl-password', 'x'], "Unknown option '--kafka-sasl-password'"],
  [
    'a wrong value',
    ['--max-batch-size', 'many', '--batch-size', '7'],
    'Wrong because of --max-batch-size: MAX_BATCH_SIZE="many": must be a whole number from 1 to 10000 (records).',
  ],
  [
    'a contradiction to the environment',
    ['--max-batch-size', '50'],
    'Wrong because of --max-batch-size: BATCH_SIZE (100) must be at most MAX_BATCH_SIZE (50)',
  ],
])('%s is refused in one sentence, with exit code 2', async (_, args, sentence) => {
  const run = consume(args, REQUIRED);
  expect(await run.ended).toBe(2);
  expect(run.output()).toMatch(/^[^\n]+\.\n$/);
  expect(run.errors()).toContain(sentence);
});

test('every wrong variable is named at once, with exit code 1, and no secret is shown', async () => {
  const run = consume(['--group-id', 'orders'], {
    DATABASE_URL: 'mysql://user:secret-word@host/db',
    HTTP_HOST: 'no host',
    FLUSH_INTERVAL_MS: 'soon',
  });
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(/^4 settings are wrong:\n/);
  for (const name of ['DATABASE_URL', 'HTTP_HOST', 'FLUSH_INTERVAL_MS', 'DEAD_LETTER_QUEUE_URL'])
    expect(run.output()).toContain(`  - ${name}`);
  expect(run.output()).not.toContain('secret-word');
});
