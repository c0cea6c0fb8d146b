/** One setting of the service, as its help shows it. */
export interface Setting {
  readonly variable: string;
  /** Without the dashes; null for a credential, as a command line shows in the list of processes. */
  readonly flag: string | null;
  /** A unit, a form, or the words that are accepted; null where the flag alone says it. */
  readonly value: string | null;
  /** What counts where it is not set; null where that is nothing, or `help` says it. */
  readonly fallback: string | null;
  readonly help: string;
}

type Row = readonly [
  Setting['variable'],
  Setting['flag'],
  Setting['value'],
  Setting['fallback'],
  string,
];

/** What `CLOUDWATCH_METRICS` and the like accept. */
export const SWITCH = ['enabled', 'disabled'] as const;

const group = (subject: string, rows: readonly Row[]): [string, readonly Setting[]] => [
  subject,
  rows.map(([variable, flag, value, fallback, help]) => ({
    variable,
    flag,
    value,
    fallback,
    help,
  })),
];

/** Every setting of `kafka-pg-sink consume`, by subject. Its flags and its help are made of this. */
export const SETTINGS: ReadonlyMap<string, readonly Setting[]> = new Map([
  group('Topic', [
    [
      'KAFKA_BOOTSTRAP_SERVERS',
      'bootstrap-servers',
      'HOST:PORT,…',
      'localhost:9092',
      'Kafka brokers',
    ],
    ['KAFKA_TOPIC', 'topic', 'NAME', 'notifications', 'topic to consume'],
    ['KAFKA_GROUP_ID', 'group-id', 'NAME', 'kafka-pg-sink', 'consumer group'],
    [
      'KAFKA_AUTO_OFFSET_RESET',
      'from',
      'earliest|latest',
      'latest',
      'where a group without committed offsets begins',
    ],
    [
      'KAFKA_GROUP_INSTANCE_ID',
      'group-instance-id',
      'NAME',
      null,
      'static membership: the name that this process keeps when it is restarted',
    ],
    [
      'KAFKA_SESSION_TIMEOUT_MS',
      'session-timeout-ms',
      'MS',
      '45000',
      'silence after which Kafka gives the partitions to others',
    ],
    [
      'KAFKA_CONNECT_TIMEOUT_MS',
      'connect-timeout-ms',
      'MS',
      '5000',
      'time for one connection to a broker',
    ],
  ]),
  group('Security of Kafka', [
    [
      'KAFKA_SECURITY_PROTOCOL',
      'security-protocol',
      'PROTOCOL',
      'PLAINTEXT',
      'PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL',
    ],
    [
      'KAFKA_SASL_MECHANISM',
      'sasl-mechanism',
      'NAME',
      null,
      'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or AWS_MSK_IAM',
    ],
    ['KAFKA_SASL_USERNAME', null, 'NAME', null, 'for PLAIN and SCRAM'],
    ['KAFKA_SASL_PASSWORD', null, 'PASSWORD', null, 'for PLAIN and SCRAM'],
    ['KAFKA_SASL_TOKEN', null, 'TOKEN', null, 'for OAUTHBEARER'],
    [
      'KAFKA_CA_FILE',
      'kafka-ca-file',
      'FILE',
      null,
      'authorities for the broker, PEM (default: those of Node.js)',
    ],
    ['KAFKA_CERT_FILE', 'kafka-cert-file', 'FILE', null, 'client certificate, PEM'],
    ['KAFKA_KEY_FILE', 'kafka-key-file', 'FILE', null, 'its private key, PEM'],
  ]),
  group('Batches', [
    ['BATCH_SIZE', 'batch-size', 'RECORDS', '100', 'so many waiting records start a flush'],
    ['FLUSH_INTERVAL_MS', 'flush-interval-ms', 'MS', '5000', 'so old a record starts a flush'],
    ['MAX_BATCH_SIZE', 'max-batch-size', 'RECORDS', '10000', 'fetching pauses when so many wait'],
    [
      'MAX_BATCH_BYTES',
      'max-batch-bytes',
      'BYTES',
      '16777216',
      'fetching pauses when so much waits',
    ],
  ]),
  group('PostgreSQL', [
    [
      'DATABASE_URL',
      null,
      'URL',
      null,
      'postgres://user:password@host:5432/database, or one of the next two',
    ],
    [
      'DATABASE_SECRET_ARN',
      'database-secret-arn',
      'ARN',
      null,
      'a secret of Secrets Manager in the form of RDS',
    ],
    [
      'DATABASE_IAM_USER',
      'database-iam-user',
      'NAME',
      null,
      'a user of RDS who logs in with IAM tokens',
    ],
    ['DATABASE_HOST', 'database-host', 'NAME', null, 'with a secret or an IAM user'],
    [
      'DATABASE_PORT',
      'database-port',
      'PORT',
      null,
      "with a secret or an IAM user (default: the secret's, or 5432)",
    ],
    ['DATABASE_NAME', 'database-name', 'NAME', null, 'with a secret or an IAM user'],
    ['DATABASE_TABLE', 'database-table', '[SCHEMA.]NAME', 'notifications', 'table'],
    ['DATABASE_POOL_SIZE', 'database-pool-size', 'CONNECTIONS', '2', 'connections at most'],
    [
      'DATABASE_CONNECT_TIMEOUT_MS',
      'database-connect-timeout-ms',
      'MS',
      '3000',
      'time for one connection',
    ],
    [
      'DATABASE_STATEMENT_TIMEOUT_MS',
      'database-statement-timeout-ms',
      'MS',
      '10000',
      'time for one statement',
    ],
    [
      'DATABASE_SSLMODE',
      'database-sslmode',
      'MODE',
      null,
      'disable, require, verify-ca or verify-full (default: see README.md)',
    ],
    [
      'DATABASE_CA_FILE',
      'database-ca-file',
      'FILE',
      null,
      'authorities for the server, PEM (default: those of Node.js)',
    ],
  ]),
  group('Records and failures', [
    [
      'DEAD_LETTER_QUEUE_URL',
      'dead-letter-queue-url',
      'URL',
      null,
      'SQS queue for records that can never be stored; required',
    ],
    [
      'TOMBSTONE_POLICY',
      'tombstone-policy',
      'dead-letter|ignore',
      'dead-letter',
      'what becomes of records without a value',
    ],
    [
      'RETRY_MAX_ATTEMPTS',
      'retry-max-attempts',
      'RETRIES',
      '3',
      'retries in place, before a record counts as failed',
    ],
    [
      'RETRY_BASE_DELAY_MS',
      'retry-base-delay-ms',
      'MS',
      '100',
      'delay before the first; it doubles',
    ],
    ['RETRY_MAX_DELAY_MS', 'retry-max-delay-ms', 'MS', '5000', 'longest delay'],
    [
      'RETRY_JITTER',
      'retry-jitter',
      'SHARE',
      '0.2',
      'share of the delay by which it varies, 0 to 1',
    ],
    [
      'CIRCUIT_BREAKER_THRESHOLD',
      'circuit-breaker-threshold',
      'FAILURES',
      '5',
      'consecutive failures that open the circuit breaker',
    ],
    [
      'CIRCUIT_BREAKER_OPEN_MS',
      'circuit-breaker-open-ms',
      'MS',
      '1000',
      'time to its first probe; it doubles',
    ],
    [
      'CIRCUIT_BREAKER_MAX_OPEN_MS',
      'circuit-breaker-max-open-ms',
      'MS',
      '4000',
      'longest time between probes',
    ],
    [
      'DEADLINE_MARGIN_MS',
      'deadline-margin-ms',
      'MS',
      '1000',
      'kept free of the 60 s that one batch may take',
    ],
    [
      'FAILURE_PAUSE_MS',
      'failure-pause-ms',
      'MS',
      '0',
      'a batch with failures is held back so long',
    ],
  ]),
  group('Process', [
    ['HTTP_HOST', 'host', 'ADDRESS', '127.0.0.1', 'address of /livez, /readyz and /metrics'],
    ['HTTP_PORT', 'port', 'PORT', '8080', 'their port; 0 takes a free one'],
    [
      'SHUTDOWN_TIMEOUT_MS',
      'shutdown-timeout-ms',
      'MS',
      '25000',
      'time between SIGTERM and the end',
    ],
    [
      'CLOUDWATCH_METRICS',
      'cloudwatch-metrics',
      null,
      'disabled',
      "CloudWatch's metrics too, a line of EMF for each batch",
    ],
    ['STAGE', 'stage', 'NAME', 'local', "dimension of CloudWatch's metrics"],
    ['AWS_REGION', 'region', 'REGION', null, 'region of SQS, Secrets Manager, RDS and MSK'],
  ]),
]);
