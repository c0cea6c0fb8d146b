import type { CompiledSink } from '../definition/compile.ts';
import { defaultGroup } from '../kafka/default-group.ts';
import { preflight } from '../kafka/preflight.ts';
import { ConfigError, SinkError } from '../record/errors.ts';
import { readConsumer } from '../settings/consumer.ts';
import { createReader, type Env } from '../settings/reader.ts';
import { KAFKA as SETTINGS } from '../settings/table/kafka-connection.ts';
import { failed, type Outcome, passed, skipped } from './check.ts';
import { checkGroup } from './kafka-group.ts';

export const KAFKA = 'kafka';

const { variable } = SETTINGS.settings.bootstrapServers;

/**
 * Whether a broker answers, lets the consumer in, and has the topics; and who else is in its group.
 *
 * @param sinks the definitions; topics by a pattern are not looked for
 */
export async function checkKafka(env: Env, sinks: readonly CompiledSink[]): Promise<Outcome<true>> {
  const reader = createReader(env);
  // The default is for a broker on a developer's machine: it says nothing about a function's.
  if (!reader.given(variable)) return { checks: [notAsked()], value: null };
  const { connection, groupId } = readConsumer(reader);
  const topics = sinks.map(({ topic }) => topic);
  const names = topics.filter((topic) => typeof topic === 'string');
  try {
    reader.done();
    await preflight({ connection, topics: names });
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    const problems = error instanceof ConfigError ? error.problems : [error.message];
    const remedy = 'Correct it; docs/settings.md lists all settings.';
    return { checks: problems.map((text) => failed(KAFKA, text, remedy)), value: null };
  }
  const found =
    names.length > 0 ? `it has ${names.join(', ')}` : 'topics by a pattern: not looked for';
  const where = connection.bootstrapServers.join(', ');
  const group = await checkGroup(connection, groupId ?? defaultGroup(sinks), topics);
  return { checks: [passed(KAFKA, `${where} lets the consumer in; ${found}`), group], value: true };
}

function notAsked() {
  return skipped(
    KAFKA,
    `${variable} is not set, so neither brokers nor topics are looked at`,
    `Set it, and KAFKA_* as for consume. A Lambda function needs none of them: the mapping reads Kafka (--function).`,
  );
}
