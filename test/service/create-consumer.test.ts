import { expect, inject, onTestFinished, test, vi } from 'vitest';
import definition from '../../sink.config.ts';
import { createConsumer } from '../../src/service/create-consumer.ts';
import { notification } from '../support/event.ts';
import { createTestTopic } from '../support/topic.ts';
import { createPlace, within } from './support/service.ts';

test.skipIf(inject('kafka') === null)(
  'a consumer within a process of its user stores records until it is stopped',
  async () => {
    const [topic, { database, env }] = [await createTestTopic(), await createPlace()];
    process.env.AWS_ENDPOINT_URL_SQS = inject('sqsEndpoint');
    const consumer = await createConsumer(
      { ...definition, topic: topic.name },
      {
        ...env,
        KAFKA_BOOTSTRAP_SERVERS: topic.bootstrapServers,
        KAFKA_GROUP_ID: `group-${topic.name}`,
        KAFKA_AUTO_OFFSET_RESET: 'earliest',
        FLUSH_INTERVAL_MS: '50',
        HTTP_PORT: '0',
      },
    );
    onTestFinished(consumer.stop);
    expect(consumer.status().joined).toBe(false);
    await topic.produce([{ partition: 0, value: Buffer.from(JSON.stringify(notification(0))) }]);
    await consumer.start();
    await vi.waitFor(
      async () =>
        expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([
          { count: 1 },
        ]),
      within,
    );
    expect(consumer.status()).toMatchObject({ joined: true });
    expect(consumer.status().partitions).toHaveLength(3);
    await consumer.stop();
    expect(await topic.committed()).toEqual([1, 0, 0]);
  },
);

test('a consumer is not made with wrong settings or a wrong definition', async () => {
  await expect(createConsumer(definition, {})).rejects.toMatchObject({ name: 'ConfigError' });
  const settings = {
    DATABASE_URL: 'postgres://localhost/db',
    DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/queue',
    KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1',
  };
  await expect(createConsumer({ ...definition, key: 'none' }, settings)).rejects.toMatchObject({
    name: 'DefinitionError',
  });
});
