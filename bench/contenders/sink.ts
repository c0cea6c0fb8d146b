import { fileURLToPath } from 'node:url';
import type { Contender } from './contender.ts';

const COMMAND = fileURLToPath(new URL('../../dist/command/kafka-pg-sink.mjs', import.meta.url));

/**
 * The sink as its bundled command runs it.
 *
 * @param env on top of what it needs to find its servers
 */
export function sink(name: string, env: Readonly<Record<string, string>>): Contender {
  const pairs = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  return {
    name,
    settings: ['kafka-pg-sink consume', ...pairs].join(' '),
    prepare: ({ world, topic, group }) => ({
      command: process.execPath,
      args: [COMMAND, 'consume', '--from', 'earliest'],
      env: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_SQS: world.sqs.endpoint,
        DATABASE_URL: world.postgresUrl,
        DEAD_LETTER_QUEUE_URL: world.sqs.queueUrl,
        KAFKA_BOOTSTRAP_SERVERS: world.servers,
        KAFKA_TOPIC: topic,
        KAFKA_GROUP_ID: group,
        HTTP_PORT: '0',
        ...env,
      },
    }),
  };
}

/** More memory for the young generation, as `npm start` has it. */
export const FOR_THROUGHPUT = [
  'kafka-pg-sink, for throughput',
  { NODE_OPTIONS: '--max-semi-space-size=64' },
] as const;
