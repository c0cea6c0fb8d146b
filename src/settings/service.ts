import { ConfigError } from '../record/errors.ts';
import { type ConsumerConfig, readConsumerConfig } from './consumer.ts';
import { type Env, type EnvReader, readEnv } from './reader.ts';
import { type Config, readConfig } from './sink.ts';
import { SWITCH } from './table.ts';

/** Where the service answers for its health. */
export interface HttpConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface ServiceConfig {
  readonly handler: Config;
  readonly consumer: ConsumerConfig;
  readonly http: HttpConfig;
  /** Whether CloudWatch's metrics are printed too. */
  readonly cloudWatchMetrics: boolean;
}

/**
 * Reads and checks all settings of the service: the handler's, the consumer's and its own.
 *
 * @param env the environment, normally `process.env`
 * @throws {ConfigError} that names every wrong setting, its value (never a secret's) and what is accepted
 */
export function readServiceConfig(env: Env): ServiceConfig {
  const reader = readEnv(env);
  const http = {
    // Whoever runs it on a machine shows nothing to its network unasked. The Dockerfile sets 0.0.0.0.
    host: reader.matching('HTTP_HOST', '127.0.0.1', /^[\w.:-]+$/, 'an address or host name'),
    port: reader.integer('HTTP_PORT', 8080, { min: 0, max: 65_535 }),
  };
  const cloudWatchMetrics = reader.oneOf('CLOUDWATCH_METRICS', 'disabled', SWITCH) === 'enabled';
  // The consumer obeys the response, whatever a Lambda's mapping would do with it.
  const answering = { ...env, PARTIAL_BATCH_RESPONSE: env.PARTIAL_BATCH_RESPONSE || 'enabled' };
  if (answering.PARTIAL_BATCH_RESPONSE === 'disabled')
    reader.problem(
      'PARTIAL_BATCH_RESPONSE="disabled": here the consumer reads the response, and one failed record would return its whole batch; unset it',
    );
  // It reads the handler's settings too.
  const consumer = collect(reader, () => readConsumerConfig(answering));
  reader.done();
  return { handler: readConfig(answering), consumer, http, cloudWatchMetrics };
}

/** Notes what is wrong in `reader`; what it returns then is never used, as `reader.done()` throws. */
function collect(reader: EnvReader, read: () => ConsumerConfig): ConsumerConfig {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) reader.problem(problem);
    return {} as ConsumerConfig;
  }
}
