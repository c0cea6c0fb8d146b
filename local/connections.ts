import type { SinkProcess } from './proof/sink-command.ts';
import type { Stack } from './stack.ts';

/** What the commands of the sink need to find the servers. */
const NAMES = [
  ...['DATABASE_URL', 'KAFKA_BOOTSTRAP_SERVERS', 'KAFKA_GROUP_ID', 'KAFKA_AUTO_OFFSET_RESET'],
  ...['DEAD_LETTER_QUEUE_URL', 'AWS_ENDPOINT_URL_SQS'],
  ...['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'SINK_CONFIG', 'HTTP_PORT'],
] as const;

/**
 * How to reach what keeps running.
 *
 * @param sink null where it is not a process of its own
 */
export function connectionLines(
  { topics, sampled, env, command }: Stack,
  sink: SinkProcess | null,
): string[] {
  const many = sampled.length > 1 ? 's' : '';
  const tables = sampled.map((one) => one.sink.table.name.join('.'));
  // The sink that runs has its port: another takes a free one.
  const exported = command ? { ...command.env, HTTP_PORT: '0' } : env;
  const set = NAMES.filter((name) => exported[name] !== undefined);
  return [
    `PostgreSQL  ${env.DATABASE_URL} table${many} ${tables.join(', ')}`,
    `Kafka       ${topics.bootstrapServers} topic${many} ${topics.names.join(', ')}`,
    `SQS         ${env.DEAD_LETTER_QUEUE_URL}`,
    ...(sink ? [`Sink        ${sink.url}/metrics, process ${sink.pid}, log ${sink.log}`] : []),
    '',
    'In another terminal:',
    ...set.map((name) => `export ${name}='${exported[name]}'`),
    'npx kafka-pg-sink doctor',
    ...(sink ? ['npx kafka-pg-sink consume'] : []),
  ];
}
