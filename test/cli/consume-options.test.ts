import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readFlags, readSettings } from '../../src/cli/consume-flags.ts';
import { HELP } from '../../src/cli/consume-help.ts';
import { readConsumerConfig } from '../../src/settings/consumer.ts';
import type { Env } from '../../src/settings/reader.ts';
import { readServiceConfig } from '../../src/settings/service.ts';
import { SETTINGS } from '../../src/settings/table.ts';
import { consume } from '../service/support/service.ts';

const ALL = [...SETTINGS.values()].flat();
const REQUIRED = {
  DATABASE_URL: 'postgres://localhost/unused',
  DEAD_LETTER_QUEUE_URL: 'http://localhost/unused/unused',
};

/** The names that are looked up while this environment is read. */
function namesRead(env: Env): string[] {
  const names = new Set<string>();
  const spy = new Proxy(env, {
    get(target, name) {
      names.add(String(name));
      return target[String(name)];
    },
  });
  for (const read of [readConsumerConfig, readServiceConfig])
    try {
      read(spy);
    } catch {
      // Some settings are read only beside others, and not all of these environments are complete.
    }
  return [...names];
}

test('its help lists every setting that is read, and no other', () => {
  const sasl = { ...REQUIRED, KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' };
  const read = [
    REQUIRED,
    { ...REQUIRED, DATABASE_URL: '', DATABASE_IAM_USER: 'sink' },
    { ...sasl, KAFKA_SASL_MECHANISM: 'PLAIN' },
    { ...sasl, KAFKA_SASL_MECHANISM: 'OAUTHBEARER' },
    { ...sasl, KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM' },
  ].flatMap(namesRead);
  // The AWS SDK and the telemetry read these by themselves; the last one has no say here.
  const all = new Set([...read, 'AWS_REGION', 'STAGE']).difference(
    new Set(['PARTIAL_BATCH_RESPONSE']),
  );
  expect(ALL.map(({ variable }) => variable).sort()).toEqual([...all].sort());
});

test('its help shows each setting with its option, unit and default', () => {
  const lines = HELP.split('\n');
  for (const { flag, variable, value, fallback } of ALL) {
    const option = flag === null ? `${variable}=${value}` : [`--${flag}`, value].join(' ').trim();
    const at = lines.findIndex((line) => line.startsWith(`  ${option} `));
    expect(at, option).toBeGreaterThan(0);
    if (flag === null) continue;
    const set = value === null ? `${variable}=enabled` : variable;
    const below = fallback === null ? set : `${set}, default ${fallback}`;
    expect(lines[at + 1]?.trim()).toBe(below);
  }
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
});

test('docs/consume.md shows that very help', () => {
  const guide = readFileSync(new URL('../../docs/consume.md', import.meta.url), 'utf8');
  expect(guide.split('## All options\n')[1]).toBe(`\n\`\`\`\n${HELP}\n\`\`\`\n`);
});

test('the defaults of its help are those that count', () => {
  const shown = Object.fromEntries(
    ALL.flatMap(({ variable, fallback }) => (fallback === null ? [] : [[variable, fallback]])),
  );
  const plain = (config: unknown) => JSON.stringify(config);
  expect(plain(readServiceConfig({ ...shown, ...REQUIRED }))).toBe(
    plain(readServiceConfig(REQUIRED)),
  );
});

test('credentials have no option, for a command line shows in the list of processes', () => {
  const none = ALL.filter(({ flag }) => flag === null).map(({ variable }) => variable);
  expect(none.sort()).toEqual([
    'DATABASE_URL',
    'KAFKA_SASL_PASSWORD',
    'KAFKA_SASL_TOKEN',
    'KAFKA_SASL_USERNAME',
  ]);
  const flags = ALL.map(({ flag }) => flag).filter((flag) => flag !== null);
  expect(new Set(flags).size).toBe(flags.length);
});

test('an option wins over the environment', () => {
  const flags = readFlags(['--topic', 'orders', '--batch-size=7', '--cloudwatch-metrics']) ?? {};
  const env = { ...REQUIRED, KAFKA_TOPIC: 'other', BATCH_SIZE: '9', FLUSH_INTERVAL_MS: '250' };
  const { consumer, cloudWatchMetrics } = readSettings(env, flags);
  expect(consumer).toMatchObject({ topic: 'orders', batchSize: 7, flushIntervalMs: 250 });
  expect(cloudWatchMetrics).toBe(true);
});

test('the response is obeyed without a setting, and a setting against it is refused with the reason', () => {
  expect(readServiceConfig(REQUIRED).handler.partialBatchResponse).toBe(true);
  expect(() => readServiceConfig({ ...REQUIRED, PARTIAL_BATCH_RESPONSE: 'disabled' })).toThrow(
    'PARTIAL_BATCH_RESPONSE="disabled": here the consumer reads the response',
  );
});

test.each([
  ['an unknown option', ['--colour', 'red'], "Unknown option '--colour'"],
  ['an option without its value', ['--topic'], "Option '--topic <value>' argument missing"],
  ['an empty value', ['--topic', ''], '--topic needs a value.'],
  ['an argument too many', ['now'], "Unexpected argument 'now'"],
  ['a credential', ['--kafka-sasl-password', 'x'], "Unknown option '--kafka-sasl-password'"],
  [
    'a wrong value',
    ['--batch-size', 'many'],
    'Wrong by --batch-size: BATCH_SIZE="many": accepted is a whole number from 1 to 10000 (records).',
  ],
  [
    'a contradiction to the environment',
    ['--max-batch-size', '50'],
    'Wrong by --max-batch-size: BATCH_SIZE (100) is larger than MAX_BATCH_SIZE (50)',
  ],
])('%s is refused in one sentence, with exit code 2', async (_, args, sentence) => {
  const run = consume(args, REQUIRED);
  expect(await run.ended).toBe(2);
  expect(run.output()).toMatch(/^[^\n]+\.\n$/);
  expect(run.errors()).toContain(sentence);
});

test('every wrong variable is named at once, with exit code 1, and no secret is shown', async () => {
  const run = consume(['--topic', 'orders'], {
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
