import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { LambdaSettings } from '../settings/lambda.ts';
import type { Env } from '../settings/reader.ts';
import { type Check, failed, type Outcome, report, warned } from './check.ts';
import { environmentOf, FUNCTION, judgeFunction, readFunction } from './function.ts';
import {
  BATCH,
  judgeBatch,
  judgeMetrics,
  judgeResponses,
  judgeState,
  RESPONSES,
} from './judge-mapping.ts';
import { judgeRetries, ON_FAILURE, RETRIES } from './judge-retries.ts';
import { MAPPING, type Mapping, readMappings } from './mappings.ts';
import type { Options } from './options.ts';
import { checkSettings } from './settings.ts';

const FUNCTION_SETTINGS = 'function settings';

/** Those that every function with a mapping gets. */
export const FUNCTION_CHECKS = [
  FUNCTION,
  FUNCTION_SETTINGS,
  MAPPING,
  RESPONSES,
  RETRIES,
  BATCH,
  ON_FAILURE,
] as const;

/**
 * Looks at a deployed function and its mappings of Kafka through the Lambda API. Whether they agree is decided by the
 * function's own settings; the database and the queue are those of `env`.
 */
export async function* examineFunction(
  client: LambdaClient,
  name: string,
  env: Env,
  { recordBytes }: Options,
): AsyncGenerator<Check> {
  const facts = yield* report(FUNCTION, readFunction(client, name));
  if (!facts) return;
  const theirs = environmentOf(facts.configuration);
  const settings = theirs ? checkTheirs(theirs, env) : unreadable();
  const limits = settings.value;
  yield* judgeFunction(facts, limits && { ...limits.sink.database, ...limits });
  yield* settings.checks;
  const mappings = yield* report(MAPPING, readMappings(client, name));
  for (const mapping of mappings ?? []) {
    const checks = [
      judgeState(mapping),
      judgeResponses(mapping, theirs && theirs.PARTIAL_BATCH_RESPONSE === 'enabled'),
      ...judgeRetries(mapping, limits?.failurePauseMs ?? null),
      judgeBatch(mapping, recordBytes),
      ...judgeMetrics(mapping),
    ];
    yield* mappings?.length === 1 ? checks : checks.map((check) => nameTopic(check, mapping));
  }
}

/** The function's settings, and whether the queue and the table looked at above are the function's. */
function checkTheirs(theirs: Env, env: Env): Outcome<LambdaSettings> {
  const outcome = checkSettings(FUNCTION_SETTINGS, theirs);
  const there = outcome.value?.sink;
  const here = checkSettings(FUNCTION_SETTINGS, env).value?.sink;
  if (!there || !here) return outcome;
  if (there.deadLetterQueueUrl === here.deadLetterQueueUrl) return outcome;
  const check = warned(
    FUNCTION_SETTINGS,
    'the function has another DEAD_LETTER_QUEUE_URL than this environment: what was checked above is not what it uses',
    "Run this again with the function's own values.",
  );
  return { ...outcome, checks: [check] };
}

function unreadable(): Outcome<LambdaSettings> {
  const check = failed(
    FUNCTION_SETTINGS,
    "the function's variables cannot be decrypted from here",
    "Allow kms:Decrypt on the function's key to the identity that runs this command.",
  );
  return { checks: [check], value: null };
}

function nameTopic(check: Check, { Topics }: Mapping): Check {
  return { ...check, detail: `${Topics?.join(', ')}: ${check.detail}` };
}
