import type {
  EventSourceMappingConfiguration,
  FunctionConfiguration,
} from '@aws-sdk/client-lambda';
import { type Answer, refusal, setVariable, startService } from './aws.ts';

export const FUNCTION_NAME = 'kafka-pg-sink-test';

/** A function on AWS, as the Lambda API tells about it. */
export interface Deployed {
  readonly configuration?: FunctionConfiguration;
  /** Settings that differ from a sound function's. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly mappings?: readonly EventSourceMappingConfiguration[];
  readonly reserved?: number;
  /** A call that is denied, by a part of its path. */
  readonly denied?: string;
}

/** Settings of a sound function. Its database cannot be reached from here, and need not be. */
const ENVIRONMENT = {
  DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:database-AbCdEf',
  PARTIAL_BATCH_RESPONSE: 'enabled',
  FAILURE_PAUSE_MS: '4000',
};

export const CONFIGURATION = {
  FunctionName: FUNCTION_NAME,
  Runtime: 'nodejs24.x',
  Handler: 'handler.handler',
  Timeout: 60,
  MemorySize: 1024,
  State: 'Active',
  LastUpdateStatus: 'Successful',
} as const satisfies FunctionConfiguration;

/** A mapping in provisioned mode with which nothing is wrong. */
export const PROVISIONED: EventSourceMappingConfiguration = {
  UUID: '14e0db71-5d35-4eb5-b481-8945cf9d10c2',
  EventSourceArn: 'arn:aws:kafka:us-east-1:111122223333:cluster/notifications/6cc0432b-2',
  Topics: ['notifications'],
  State: 'Enabled',
  LastProcessingResult: 'OK',
  BatchSize: 1000,
  MaximumBatchingWindowInSeconds: 1,
  ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 10 },
  FunctionResponseTypes: ['ReportBatchItemFailures'],
  BisectBatchOnFunctionError: true,
  MaximumRetryAttempts: 10_000,
  MaximumRecordAgeInSeconds: 604_800,
  DestinationConfig: {
    OnFailure: { Destination: 'arn:aws:sqs:us-east-1:111122223333:notifications-on-failure' },
  },
  MetricsConfig: { Metrics: ['EventCount', 'ErrorCount', 'KafkaMetrics'] },
};

/** A mapping in on-demand mode, which has none of the settings above. */
export const ON_DEMAND: EventSourceMappingConfiguration = {
  UUID: '9b8c7d6e-5d35-4eb5-b481-8945cf9d10c2',
  SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ['kafka.example:9092'] } },
  Topics: ['notifications'],
  State: 'Enabled',
  LastProcessingResult: 'No records processed',
  BatchSize: 100,
};

/**
 * The Lambda API, until the test is over.
 * https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html
 *
 * @param queueUrl the function's dead-letter queue
 */
export async function deploy(
  queueUrl: string | undefined,
  { configuration, environment, mappings = [PROVISIONED], reserved, denied }: Deployed,
): Promise<void> {
  const Variables = { ...ENVIRONMENT, DEAD_LETTER_QUEUE_URL: queueUrl ?? '', ...environment };
  const answer = (path: string, query: URLSearchParams): Answer => {
    if (denied && path.includes(denied)) return refusal(403, 'AccessDeniedException');
    if (path === '/2015-03-31/event-source-mappings') return listPage(mappings, query);
    const [, name = '', what] = /\/functions\/([^/]+)\/(\w+)$/.exec(path) ?? [];
    const [, qualifier] =
      /^(?:arn:aws:lambda:us-east-1:\d+:function:)?kafka-pg-sink-test(:live)?$/.exec(
        decodeURIComponent(name),
      ) ?? [null, null];
    // Concurrency is reserved for a function as a whole, so Lambda takes no alias there.
    if (qualifier === null || (qualifier && what === 'concurrency'))
      return refusal(404, 'ResourceNotFoundException');
    const body =
      what === 'concurrency'
        ? { ReservedConcurrentExecutions: reserved }
        : { ...CONFIGURATION, Environment: { Variables }, ...configuration };
    return { status: 200, body };
  };
  const endpoint = await startService(({ url = '' }) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    return answer(pathname, searchParams);
  });
  setVariable('AWS_ENDPOINT_URL_LAMBDA', endpoint);
}

/** One mapping a page, so that whoever reads only the first page is found out. */
function listPage(
  mappings: readonly EventSourceMappingConfiguration[],
  query: URLSearchParams,
): Answer {
  const at = Number(query.get('Marker') ?? 0);
  const more = at + 1 < mappings.length;
  const body = {
    EventSourceMappings: mappings.slice(at, at + 1),
    ...(more ? { NextMarker: String(at + 1) } : {}),
  };
  return { status: 200, body };
}
