import type { Intrinsic } from './cloudformation.ts';
import type { Parameters } from './parameters.ts';

export type Environment = Readonly<Record<string, string | Intrinsic>>;

/** The function's environment variables; what is not set is absent, not empty. */
export function createEnvironment({ name, stage, kafka, database, sink }: Parameters): Environment {
  const { login } = database;
  return withoutUndefined({
    ...(login.kind === 'secret'
      ? { DATABASE_SECRET_ARN: login.arn }
      : { DATABASE_IAM_USER: login.user }),
    DATABASE_HOST: database.host,
    DATABASE_PORT: database.port,
    DATABASE_NAME: database.name,
    DATABASE_POOL_SIZE: String(database.poolSize),
    DEAD_LETTER_QUEUE_URL: { Ref: 'DeadLetterQueue' },
    // Only a provisioned mapping reads partial responses. On any other a returned list would be taken for success.
    PARTIAL_BATCH_RESPONSE: kafka.mode === 'provisioned' ? 'enabled' : 'disabled',
    // The longest time between two probes of the circuit breaker: each delivery of a bad time then is a probe, and the
    // 10,000 that a provisioned mapping allows last for 11 hours at least (docs/scaling.md).
    FAILURE_PAUSE_MS: '4000',
    TOMBSTONE_POLICY: sink.tombstonePolicy,
    NODE_EXTRA_CA_CERTS: database.caFile,
    POWERTOOLS_SERVICE_NAME: name,
    POWERTOOLS_METRICS_NAMESPACE: 'KafkaPgSink',
    POWERTOOLS_LOG_LEVEL: sink.logLevel,
    STAGE: stage,
  });
}

function withoutUndefined<T>(record: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined),
  );
}
