import { describe, expect, inject, test } from 'vitest';
import { sinkOf } from '../support/fates.ts';
import { createTestTopic } from '../support/topic.ts';
import { diagnose, finding } from './support/diagnose.ts';

test('without brokers it says that they were not looked at', async () => {
  const diagnosis = await diagnose({});
  expect(diagnosis.of('kafka')).toMatchObject([
    finding('skipped', /^KAFKA_BOOTSTRAP_SERVERS is not set/, /KAFKA_\*.*--function/),
  ]);
});

test('each wrong setting, whatever the others are', async () => {
  const diagnosis = await diagnose({
    KAFKA_BOOTSTRAP_SERVERS: 'localhost',
    KAFKA_SECURITY_PROTOCOL: 'TLS',
  });
  expect(diagnosis.of('kafka')).toMatchObject([
    finding('failed', /^KAFKA_BOOTSTRAP_SERVERS="localhost": must be host:port/, /settings\.md/),
    finding('failed', /^KAFKA_SECURITY_PROTOCOL="TLS": must be/, /settings\.md/),
  ]);
});

test('a broker that does not answer', async () => {
  const diagnosis = await diagnose({ KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1' });
  expect(diagnosis.of('kafka')).toMatchObject([
    finding('failed', /127\.0\.0\.1:1/, /settings\.md/),
  ]);
});

describe.skipIf(inject('kafka') === null)('over a real broker', () => {
  const env = { KAFKA_BOOTSTRAP_SERVERS: inject('kafka') ?? '' };

  test('the topic is there', async () => {
    const { name } = await createTestTopic();
    const diagnosis = await diagnose(env, { topic: name });
    expect(diagnosis.of('kafka')).toMatchObject([
      { status: 'passed', detail: `${inject('kafka')} lets the consumer in; it has ${name}` },
    ]);
  });

  test('the topic is not there', async () => {
    const diagnosis = await diagnose(env, { topic: 'no-such-topic' });
    expect(diagnosis.of('kafka')).toMatchObject([
      finding('failed', /^Kafka has no topic no-such-topic: create it/, /settings\.md/),
    ]);
  });

  test('a pattern is not looked for', async () => {
    const diagnosis = await diagnose(env, { topic: /tenant-\d+/ });
    expect(diagnosis.of('kafka')).toMatchObject([
      { status: 'passed', detail: expect.stringMatching(/topics by a pattern: not looked for$/) },
    ]);
  });

  test('a member of the same group that takes another topic is another sink', async () => {
    const [other, { name }] = await Promise.all([createTestTopic(), createTestTopic()]);
    const consumer = other.consumer(sinkOf(() => []));
    await consumer.start();
    const group = { ...env, KAFKA_GROUP_ID: `group-${other.name}` };
    const both = await diagnose(group, { topic: name });
    expect(both.of('kafka group')).toMatchObject([
      finding(
        'warned',
        new RegExp(
          `^group-${other.name} has 1 member, of which some take other topics: ${other.name}`,
        ),
        /set KAFKA_GROUP_ID of one of them/,
      ),
    ]);
    const own = await diagnose(group, { topic: other.name });
    expect(own.of('kafka group')).toMatchObject([{ status: 'passed' }]);
    const alone = await diagnose(env, { topic: name });
    expect(alone.of('kafka group')).toMatchObject([
      { status: 'passed', detail: 'kafka-pg-sink-notifications has 0 members' },
    ]);
  });
});
