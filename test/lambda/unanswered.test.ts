import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import definition from '../../sink.config.ts';
import { createHandler } from '../../src/lambda/create-handler.ts';
import { createDatabase } from '../support/database.ts';
import { eventOf, notification, recordOf } from '../support/event.ts';
import { blackHole, silentEndpoint } from '../support/unanswered.ts';

/** What a function has that was deployed with the defaults. */
const REMAINING_MS = 60_000;
/** Seconds for a machine under load. */
const MARGIN_S = 15;

beforeEach(() => () => vi.unstubAllEnvs());

/** Invokes a function whose mapping reads no responses, so that it throws what has failed, and takes the time. */
async function invoke(env: Record<string, string>, values: readonly unknown[]) {
  const queue = 'https://sqs.us-east-1.amazonaws.com/111122223333/dead-letters';
  const handler = createHandler(definition, {
    DEAD_LETTER_QUEUE_URL: queue,
    RETRY_MAX_ATTEMPTS: '0',
    FAILURE_PAUSE_MS: '0',
    ...env,
  });
  onTestFinished(handler.close);
  const start = performance.now();
  const event = eventOf(values.map((value, offset) => recordOf(offset, value)));
  const error: Error = await handler(event, { getRemainingTimeInMillis: () => REMAINING_MS }).then(
    () => expect.unreachable(),
    (thrown) => thrown,
  );
  return { message: error.message, seconds: (performance.now() - start) / 1000 };
}

const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:database-AbCdEf';

test.each([
  ['accepts connections and says nothing', silentEndpoint, 'ETIMEDOUT', 5],
  ['cannot be connected', blackHole, 'TimeoutError', 3],
])(
  'an endpoint for secrets that %s is named, and holds no invocation for long',
  async (_, start, code, most) => {
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', await start());
    const { message, seconds } = await invoke({ DATABASE_SECRET_ARN: SECRET }, [notification(0)]);
    expect(message).toContain(
      `Secrets Manager did not give the secret (${code}: no answer from 127.0.0.1; from a VPC it needs an interface endpoint or a NAT gateway).`,
    );
    expect(seconds).toBeLessThan(most + MARGIN_S);
  },
);

test.each([
  ['accepts connections and says nothing', silentEndpoint, 5],
  ['cannot be connected', blackHole, 3],
])(
  'an endpoint for dead letters that %s is named, and holds no invocation for long',
  async (_, start, most) => {
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', await start());
    const { url } = await createDatabase();
    const { message, seconds } = await invoke({ DATABASE_URL: url }, [notification(0), 'invalid']);
    expect(message).toContain(
      'SQS did not accept dead letters (ETIMEDOUT: no answer from 127.0.0.1; from a VPC it needs an interface endpoint or a NAT gateway).',
    );
    expect(seconds).toBeLessThan(most + MARGIN_S);
  },
);

test('a thousand dead letters do not wait for it one after the other', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', await silentEndpoint());
  const { url } = await createDatabase();
  const invalid = Array.from({ length: 1000 }, () => 'invalid');
  const { message, seconds } = await invoke({ DATABASE_URL: url }, invalid);
  expect(message).toMatch(
    /SQS failed repeatedly; its circuit breaker is open; last: ETIMEDOUT: no answer from 127\.0\.0\.1/,
  );
  expect(seconds).toBeLessThan(5 + MARGIN_S);
});

test('where the time for the batch is over first, the cause is named too', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', await silentEndpoint());
  const env = {
    ...{ DATABASE_SECRET_ARN: SECRET, RETRY_MAX_ATTEMPTS: '1' },
    DEADLINE_MARGIN_MS: String(REMAINING_MS - 7000),
  };
  const { message } = await invoke(env, [notification(0)]);
  expect(message).toContain(
    'The time for the batch ran out. The try before: Secrets Manager did not give the secret (ETIMEDOUT: no answer from 127.0.0.1;',
  );
});
