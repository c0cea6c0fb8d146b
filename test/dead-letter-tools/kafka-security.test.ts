import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { createTopic } from '../../local/kafka.ts';
import { createPublisher } from '../../src/kafka/publisher.ts';
import { createRecordFetcher } from '../../src/kafka/range-reader.ts';
import type { SinkRecord } from '../../src/record/record.ts';
import { readConnection } from '../consumer/support/connection.ts';
import { inShort } from '../kafka/support/kafka-topic.ts';
import { login, STRANGER } from '../kafka/support/logins.ts';
import { CERTIFICATE, type SecureKafka, startSecureKafka } from '../kafka/support/secure-kafka.ts';

const TOPIC = 'notifications';
const RECORD: SinkRecord = {
  ...{ topic: TOPIC, partition: 0, offset: 7, timestamp: 0, timestampType: 'CREATE_TIME' },
  ...{ key: null, value: Buffer.from('secret'), headers: [] },
};

describe.skipIf(inject('kafka') === null)('with a broker that requires a login', () => {
  let kafka: SecureKafka;
  beforeAll(async () => {
    kafka = await startSecureKafka();
    await createTopic(kafka.at.PLAINTEXT, TOPIC, 1);
  });
  afterAll(() => kafka?.stop());

  const connect = (user?: { username: string; password: string }) =>
    readConnection({
      KAFKA_BOOTSTRAP_SERVERS: kafka.at.SASL_SSL,
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_CA_FILE: CERTIFICATE,
      ...login('PLAIN', user),
    });

  function parts(user?: { username: string; password: string }) {
    const fetcher = createRecordFetcher(connect(user));
    const publisher = createPublisher(connect(user), TOPIC);
    onTestFinished(() => Promise.all([fetcher.close(), publisher.close()]).then(() => {}));
    const read = () => inShort(fetcher.fetch(TOPIC, 0, 0n, 0n));
    return { read, publish: () => publisher.publish([RECORD]) };
  }

  test('a user with the right password publishes and fetches records over TLS', async () => {
    const { read, publish } = parts();
    expect(await publish()).toMatchObject({ acknowledged: [true], failure: null });
    expect(await read()).toEqual(['0=secret']);
  });

  test('a wrong password is named, and not shown', async () => {
    const { read, publish } = parts({ username: 'nobody', password: 'hunter2' });
    const { acknowledged, failure } = await publish();
    const error = await read().catch((thrown: unknown) => thrown);
    expect(acknowledged).toEqual([false]);
    for (const reported of [failure, error]) {
      expect(reported).toMatchObject({
        fault: 'login',
        message: expect.stringMatching(/^Kafka refused the login by PLAIN: check KAFKA_SASL/),
      });
      expect(inspect(reported, { depth: 9 })).not.toMatch(/hunter2|nobody/);
    }
  });

  test('the error for a user without rights names the missing right', async () => {
    const { read, publish } = parts(STRANGER);
    await expect(read()).rejects.toMatchObject({
      fault: 'permission',
      message: expect.stringContaining('grant it READ on the topic'),
    });
    expect((await publish()).failure).toMatchObject({
      fault: 'permission',
      message: expect.stringContaining('grant it WRITE on the topic'),
    });
  });
});
