import { expect, inject, test } from 'vitest';
import { diagnose, finding } from './support/diagnose.ts';
import {
  CONFIGURATION,
  type Deployed,
  deploy,
  FUNCTION_NAME,
  ON_DEMAND,
  PROVISIONED,
} from './support/lambda.ts';
import { createSetup } from './support/setup.ts';

/** What the doctor says about a function; the database is left out, for it has tests of its own. */
async function diagnoseFunction(deployed: Deployed = {}, recordBytes = 1000, name = FUNCTION_NAME) {
  await deploy(`${inject('sqsEndpoint')}/000000000000/dead-letters`, deployed);
  return diagnose({}, { functionName: name, recordBytes });
}

/** The same beside a sound database and queue. */
async function diagnoseAll(deployed: Deployed = {}) {
  const { env } = await createSetup();
  await deploy(env.DEAD_LETTER_QUEUE_URL, deployed);
  return diagnose(env, { functionName: FUNCTION_NAME });
}

/** A sound mapping with something changed, as the only one. */
const mapping = (changes: object): Deployed => ({ mappings: [{ ...PROVISIONED, ...changes }] });
const enabled = { environment: { PARTIAL_BATCH_RESPONSE: 'enabled' } };
const disabled = { environment: { PARTIAL_BATCH_RESPONSE: 'disabled' } };

test('finds nothing wrong with a sound function and its mapping', async () => {
  const diagnosis = await diagnoseAll();
  const names = diagnosis.checks.map(({ name }) => name).filter((name) => /^(fun|map)/.test(name));
  expect(names).toEqual([
    'function',
    'function settings',
    'mapping',
    'mapping responses',
    'mapping retries',
    'mapping record age',
    'mapping on failure',
    'mapping batch',
    'mapping metrics',
  ]);
  expect(diagnosis.named('passed')).toEqual(expect.arrayContaining(names));
  expect(diagnosis.of('mapping')).toMatchObject([
    { detail: 'topic notifications, provisioned, 1 to 10 pollers, enabled' },
  ]);
});

test('finds nothing wrong with an on-demand mapping of a function that throws on failure', async () => {
  const diagnosis = await diagnoseAll({ ...disabled, mappings: [ON_DEMAND] });
  expect(diagnosis.named('failed')).toEqual([]);
  expect(diagnosis.of('mapping responses')).toMatchObject([{ status: 'passed' }]);
  expect(diagnosis.of('mapping retries')).toMatchObject([
    { status: 'passed', detail: 'until the topic drops the records' },
  ]);
});

test.each([
  ['on-demand', [ON_DEMAND], /is on-demand/],
  [
    'provisioned, but without response types',
    [{ ...PROVISIONED, FunctionResponseTypes: [] }],
    /has no ReportBatchItemFailures/,
  ],
])(
  'says loudly that records will be lost where responses are enabled and the mapping is %s',
  async (_, mappings, why) => {
    const diagnosis = await diagnoseFunction({ ...enabled, mappings });
    const [check] = diagnosis.of('mapping responses');
    expect(check).toMatchObject(
      finding('failed', /^RECORDS WILL BE LOST: /, /PARTIAL_BATCH_RESPONSE=disabled.*at once/),
    );
    expect(check?.detail).toMatch(why);
  },
);

test('responses that the mapping reads and the function does not give', async () => {
  const diagnosis = await diagnoseFunction(disabled);
  expect(diagnosis.of('mapping responses')).toMatchObject([
    finding('warned', /delivers its whole batch again/, /PARTIAL_BATCH_RESPONSE=enabled/),
  ]);
});

test.each([
  ['-1 retries beside an on-failure destination', -1, 'failed', /trap.*after 10 retries/],
  ['no retries', 0, 'failed', /good records are discarded/],
  ['few retries', 100, 'warned', /outlast an outage of 6 minutes only/],
])('%s', async (_, MaximumRetryAttempts, status, detail) => {
  const diagnosis = await diagnoseFunction(mapping({ MaximumRetryAttempts }));
  expect(diagnosis.of('mapping retries')).toMatchObject([
    finding(status as 'failed', detail, /MaximumRetryAttempts: 10000/),
  ]);
});

test('many retries that follow one another without a pause', async () => {
  const diagnosis = await diagnoseFunction({ environment: { FAILURE_PAUSE_MS: '0' } });
  expect(diagnosis.of('mapping retries')).toMatchObject([
    finding('warned', /^10000, with FAILURE_PAUSE_MS=0.* 0 minutes only/, /FAILURE_PAUSE_MS=4000/),
  ]);
});

test('-1 retries are no trap without an on-failure destination', async () => {
  const diagnosis = await diagnoseFunction(
    mapping({ MaximumRetryAttempts: -1, DestinationConfig: undefined }),
  );
  expect(diagnosis.of('mapping retries')).toMatchObject([{ status: 'passed' }]);
  expect(diagnosis.of('mapping on failure')).toMatchObject([
    finding('warned', /leaves no trace/, /OnFailure/),
  ]);
});

test('an on-failure destination of an on-demand mapping, whose retries cannot be set', async () => {
  const { DestinationConfig } = PROVISIONED;
  const diagnosis = await diagnoseFunction({
    ...disabled,
    mappings: [{ ...ON_DEMAND, DestinationConfig }],
  });
  expect(diagnosis.of('mapping retries')).toMatchObject([
    finding('warned', /gives up after 10/, /provisioned mode/),
  ]);
});

test.each([
  ['minutes', 300, 'failed'],
  ['hours', 7200, 'warned'],
  ['a week', 604_800, 'passed'],
  ['no limit', -1, 'passed'],
])('a record age of %s', async (_, MaximumRecordAgeInSeconds, status) => {
  const diagnosis = await diagnoseFunction(mapping({ MaximumRecordAgeInSeconds }));
  expect(diagnosis.of('mapping record age')).toMatchObject([{ status }]);
});

test('batches that do not fit into the 6 MB of an invocation', async () => {
  const diagnosis = await diagnoseFunction(mapping({ BatchSize: 10_000 }));
  expect(diagnosis.of('mapping batch')).toMatchObject([
    finding('warned', /only 4096 records of 1000 bytes fit/, /BatchSize to at most 4096/),
  ]);
});

test('takes the size of a record into account', async () => {
  const small = await diagnoseFunction(mapping({ BatchSize: 10_000 }), 300);
  expect(small.of('mapping batch')).toMatchObject([{ status: 'passed' }]);
  const large = await diagnoseFunction(mapping({ BatchSize: 100 }), 100_000);
  expect(large.of('mapping batch')).toMatchObject([{ status: 'warned' }]);
});

test('metrics that are not reported', async () => {
  const diagnosis = await diagnoseFunction(mapping({ MetricsConfig: { Metrics: ['EventCount'] } }));
  expect(diagnosis.of('mapping metrics')).toMatchObject([
    finding('warned', /^ErrorCount, KafkaMetrics not reported/, /MetricsConfig/),
  ]);
});

test.each([
  ['disabled', { State: 'Disabled' }, /no records flow/],
  ['still being created', { State: 'Creating' }, /state is Creating/],
  ['in trouble', { LastProcessingResult: 'PROBLEM: Connection error' }, /Connection error/],
])('a mapping that is %s', async (_, changes, detail) => {
  const diagnosis = await diagnoseFunction(mapping(changes));
  expect(diagnosis.of('mapping')).toMatchObject([finding('warned', detail, /\w/)]);
});

test('a function without a mapping of Kafka', async () => {
  const EventSourceArn = 'arn:aws:sqs:us-east-1:111122223333:jobs';
  const diagnosis = await diagnoseFunction({ mappings: [{ UUID: 'a', EventSourceArn }] });
  expect(diagnosis.of('mapping')).toMatchObject([
    finding('failed', /no event source mapping of Kafka/, /NAME:ALIAS/),
  ]);
  expect(diagnosis.of('mapping retries')).toMatchObject([
    { status: 'skipped', detail: 'needs: mapping' },
  ]);
});

test('looks at each of several mappings, and names its topic', async () => {
  const other = { ...PROVISIONED, Topics: ['reminders'], MaximumRetryAttempts: -1 };
  const diagnosis = await diagnoseFunction({ mappings: [PROVISIONED, other] });
  expect(diagnosis.of('mapping retries')).toMatchObject([
    { status: 'passed', detail: expect.stringMatching(/^notifications: 10000.*outlast 11 hours$/) },
    { status: 'failed', detail: expect.stringMatching(/^reminders: -1 is a trap/) },
  ]);
});

test.each([
  ['an old runtime', { Runtime: 'nodejs20.x' }, 'warned', /nodejs20\.x/],
  ['a handler that is not there', { Handler: 'index.main' }, 'failed', /index\.main/],
  ['little memory', { MemorySize: 128 }, 'warned', /128 MB/],
  ['a timeout above 14 minutes', { Timeout: 900 }, 'failed', /900 s/],
  ['a timeout too short for a statement', { Timeout: 10 }, 'warned', /leaves 9000 ms/],
  ['a timeout that leaves no time', { Timeout: 1 }, 'failed', /leaves no time/],
  ['a failed update', { LastUpdateStatus: 'Failed' }, 'failed', /last update Failed/],
] as const)('a function with %s', async (_, changes, status, detail) => {
  const diagnosis = await diagnoseFunction({
    configuration: { ...CONFIGURATION, ...changes } as never,
  });
  expect(diagnosis.of('function')).toMatchObject([finding(status, detail, /\w/)]);
});

test('a function that is never invoked, because no concurrency is left to it', async () => {
  const diagnosis = await diagnoseFunction({ reserved: 0 });
  expect(diagnosis.of('function')).toMatchObject([
    finding('failed', /reserved concurrency is 0/, /delete-function-concurrency/),
  ]);
});

test('a function of another name', async () => {
  const diagnosis = await diagnoseFunction({}, 1000, 'no-such-function');
  expect(diagnosis.of('function')).toMatchObject([
    finding('failed', /no such function/, /--region/),
  ]);
  expect(diagnosis.of('mapping batch')).toMatchObject([{ status: 'skipped' }]);
});

test.each([
  ['by its alias', `${FUNCTION_NAME}:live`],
  ['by its ARN', `arn:aws:lambda:us-east-1:111122223333:function:${FUNCTION_NAME}:live`],
])('finds a function %s, and what is reserved for the function as a whole', async (_, name) => {
  const diagnosis = await diagnoseFunction({ reserved: 7 }, 1000, name);
  expect(diagnosis.of('function')[0]?.detail).toContain('7 environments at most');
});

test.each([
  ['the function', '/configuration', 'function', /lambda:GetFunctionConfiguration/],
  ['its mappings', 'event-source-mappings', 'mapping', /lambda:ListEventSourceMappings/],
])('%s may not be read', async (_, denied, name, remedy) => {
  const diagnosis = await diagnoseFunction({ denied });
  expect(diagnosis.of(name)).toMatchObject([finding('failed', /Lambda denies access/, remedy)]);
});

test('goes without the reserved concurrency where it may not be read', async () => {
  const diagnosis = await diagnoseFunction({ denied: '/concurrency' });
  expect(diagnosis.of('function')).toMatchObject([{ status: 'passed' }]);
});

test('variables that cannot be decrypted leave open whether function and mapping agree', async () => {
  const Environment = { Error: { ErrorCode: 'AccessDeniedException' } };
  const diagnosis = await diagnoseFunction({ configuration: { ...CONFIGURATION, Environment } });
  expect(diagnosis.of('function settings')).toMatchObject([
    finding('failed', /cannot be decrypted/, /kms:Decrypt/),
  ]);
  expect(diagnosis.of('mapping responses')).toMatchObject([{ status: 'skipped' }]);
});

test('wrong settings of the function', async () => {
  const diagnosis = await diagnoseFunction({ environment: { DATABASE_POOL_SIZE: 'many' } });
  expect(diagnosis.of('function settings')).toMatchObject([
    finding('failed', /^DATABASE_POOL_SIZE="many"/, /docs\/settings\.md/),
  ]);
  expect(diagnosis.of('mapping responses')).toMatchObject([{ status: 'passed' }]);
});

test('another queue than the one that was checked', async () => {
  const diagnosis = await diagnoseAll({
    environment: { DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/other' },
  });
  expect(diagnosis.of('function settings')).toMatchObject([
    finding('warned', /another DEAD_LETTER_QUEUE_URL than/, /own values/),
  ]);
});
