import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { KafkaError } from '../../../src/kafka/errors.ts';
import { preflight } from '../../../src/kafka/preflight.ts';
import { type KafkaConnectionSettings, readKafkaConnection } from '../../../src/settings/kafka.ts';
import { type Env, readSettings } from '../../../src/settings/reader.ts';

/** @throws {ConfigError} */
export function readConnection(env: Env): KafkaConnectionSettings {
  return readSettings(env, readKafkaConnection);
}

/** How the preflight fails under these settings: the fault and the sentence. */
export async function failureOf(
  env: Env,
  topic: string,
): Promise<[fault: string, sentence: string]> {
  const result = await preflight({ connection: readConnection(env), topics: [topic] }).then(
    () => expect.fail('the preflight found nothing wrong'),
    (error: KafkaError) => error,
  );
  expect(result.name).toBe('KafkaError');
  // Neither in the sentence nor anywhere else that a log could look (promise P8).
  for (const name of ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD', 'KAFKA_SASL_TOKEN'])
    if (env[name]) expect(inspect(result, { depth: 9 })).not.toContain(env[name]);
  return [result.fault, result.message];
}
