import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'vitest';
import {
  type Expectation,
  FAULTLESS,
  type Reconciliation,
  reconcile,
} from '../../../local/reconcile.ts';
import type { DeadLetter } from '../../../src/dead-letter/write-dead-letter.ts';
import type { LambdaHandler } from '../../../src/lambda/event.ts';
import { openHandler } from '../../../src/lambda/handler.ts';
import type { SinkRecord } from '../../../src/record/record.ts';
import { readLambdaSettings } from '../../../src/settings/lambda.ts';
import { createTelemetry } from '../../../src/telemetry/telemetry.ts';
import { SINK, SINKS } from '../../support/notifications.ts';
import { takeDeadLetters } from '../../support/queue.ts';
import { expectationOf } from '../../support/samples.ts';
import { RESULTS, type Result } from './global-setup.ts';
import { createMapping, type Mapping, type MappingOptions } from './mapping.ts';
import { makeSamples, type Sample } from './records.ts';
import { createWorld, type World } from './world.ts';

/** Where the handler runs: in this process, or in one that can be killed. */
export interface Environment {
  readonly handler: LambdaHandler;
  close(): Promise<void>;
}

type Env = Readonly<Record<string, string>>;

export interface Scenario<E extends Environment> {
  /** Settings of the sink, which otherwise has its defaults and partial responses. */
  readonly env?: (world: World) => Env;
  readonly samples?: readonly Sample[];
  /** In which order and how often they are delivered; default: batches of 500. */
  readonly batches?: (samples: readonly Sample[]) => readonly (readonly Sample[])[];
  readonly mapping?: Partial<MappingOptions>;
  /** How many environments of the function run side by side. */
  readonly environments?: number;
  readonly start?: (env: Env) => E;
  /** What is done before records flow. */
  readonly prepare?: (world: World) => Promise<unknown>;
  /** The fault. It begins when 15 % of the records are acknowledged, and its end is when this returns. */
  readonly fault?: (world: World & { mapping: Mapping; environment: E }) => Promise<unknown>;
  /** What else must hold when all is acknowledged; may return a remark for the table. */
  readonly check?: (
    world: World,
    found: Reconciliation & Mapping['figures'],
    deadLetters: readonly DeadLetter[],
  ) => Promise<string | undefined>;
  /** What the fault held up. */
  readonly recovers?: 'rows' | 'deadLetters';
}

const FAULT_AT = 0.15;
const BATCH = 500;
/** All is acknowledged by then, or something stalls. */
const BOUND_MS = 90_000;
/** The goal is 5 s, and the table shows the figure. What is asserted is wider, because a busy machine is no defect. */
const RECOVERY_BOUND_MS = 30_000;

/** Runs a scenario: lets records flow, injects the fault, waits until all is acknowledged, and reconciles. */
export async function runScenario<E extends Environment = Environment>(
  scenario: Scenario<E>,
): Promise<void> {
  const { samples = makeSamples(), fault, recovers = 'rows' } = scenario;
  const startedAt = performance.now();
  await using cleanup = new AsyncDisposableStack();
  const world = await createWorld();
  cleanup.defer(world.stop);
  const env = {
    DATABASE_URL: world.url(world.postgres.port),
    DEAD_LETTER_QUEUE_URL: new URL(new URL(world.queueUrl).pathname, world.sqsProxy.endpoint).href,
    PARTIAL_BATCH_RESPONSE: 'enabled',
    ...scenario.env?.(world),
  };
  process.env.AWS_ENDPOINT_URL_SQS = world.sqsProxy.endpoint;
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = world.secrets.endpoint;
  await scenario.prepare?.(world);

  const telemetry = await createTelemetry(readLambdaSettings(env).telemetry);
  const start =
    scenario.start ??
    ((env: Env) => openHandler(readLambdaSettings(env), SINKS, telemetry) as unknown as E);
  const environments = Array.from({ length: scenario.environments ?? 1 }, () => start(env));
  for (const { close } of environments) cleanup.defer(close);
  const [environment] = environments as [E, ...E[]];
  const batches = scenario.batches?.(samples) ?? inBatches(samples);
  const deliveries = batches.reduce((sum, { length }) => sum + length, 0);
  const mapping = createMapping(
    environments.map(({ handler }) => handler),
    deliveries,
    {
      timeoutMs: 10_000,
      pauseMs: 100,
      paceMs: 0,
      reading: 'named',
      partialResponses: env.PARTIAL_BATCH_RESPONSE === 'enabled',
      ...scenario.mapping,
    },
  );

  const abort = new AbortController();
  const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(BOUND_MS)]);
  const flow = mapping.run(batches, signal);
  let faultEnd: number | null = null;
  try {
    if (fault) {
      await Promise.race([mapping.untilAcknowledged(FAULT_AT), flow]);
      await Promise.race([fault({ ...world, mapping, environment }), failureOf(flow)]);
      faultEnd = performance.now();
      // A fault that begins when all is done would prove nothing.
      expect(mapping.figures.acknowledged, 'acknowledged before the fault ended').toBeLessThan(
        deliveries,
      );
    }
    await flow;
  } catch (error) {
    abort.abort(error);
    await flow.catch(() => {});
    throw error;
  }

  const deadLetters = await takeDeadLetters(world.sqsClient, world.queueUrl);
  const found = {
    ...(await reconcile(world.adminUrl, [SINK.table], samples, expected, deadLetters)),
    ...mapping.figures,
  };
  const recoveryMs = faultEnd === null ? null : mapping.recoveryMs(faultEnd, recovers);
  const remark = (await scenario.check?.(world, found, deadLetters)) ?? '';
  const { currentTestName: name = '' } = expect.getState();
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  report({ scenario: name, recoveryMs, seconds, remark, ...found });
  expect(found).toMatchObject({
    ...FAULTLESS,
    strayIdentifiers: 0,
    lateAnswers: 0,
  });
  if (faultEnd !== null) expect(recoveryMs).toBeLessThan(RECOVERY_BOUND_MS);
}

function expected(sample: Sample): Expectation {
  const { topic, partition, offset, key, value, record } = sample;
  const { timestamp, timestampType } = record;
  const headers: SinkRecord['headers'] = [];
  return expectationOf(
    { topic, partition, offset, timestamp, timestampType, key, value, headers },
    sample,
  );
}

export function inBatches(samples: readonly Sample[], size = BATCH): Sample[][] {
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, index) =>
    samples.slice(index * size, (index + 1) * size),
  );
}

function report(result: Result): void {
  mkdirSync(dirname(RESULTS), { recursive: true });
  appendFileSync(RESULTS, `${JSON.stringify(result)}\n`);
}

/** Rejects when the promise does, and never resolves. */
function failureOf(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => promise.catch(reject));
}
