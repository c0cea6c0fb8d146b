import { type Check, failed, passed, warned } from './check.ts';
import { isProvisioned, type Mapping, onFailureOf } from './mappings.ts';

export const RETRIES = 'mapping retries';
const AGE = 'mapping record age';
export const ON_FAILURE = 'mapping on failure';

/**
 * How long a mapping offers a batch before it gives it up, and whether that is noticed. While the database is away an
 * invocation fails within a moment, so few retries are used up by an outage of minutes, and good records are discarded.
 * https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
 */

/** What the API answers where no limit is set. */
const NO_LIMIT = -1;
/** To this Lambda cuts retries without limit where there is an on-failure destination. */
const CUT_RETRIES = 10;
const MAX_RETRIES = 10_000;
const HOUR_S = 3600;
const DAY_S = 86_400;
const WEEK_S = 7 * DAY_S;

/** @param failurePauseMs the function's FAILURE_PAUSE_MS; null where it is not known */
export function judgeRetries(mapping: Mapping, failurePauseMs: number | null): readonly Check[] {
  return [judgeAttempts(mapping, failurePauseMs), ...judgeAge(mapping), judgeOnFailure(mapping)];
}

function judgeAttempts(mapping: Mapping, failurePauseMs: number | null): Check {
  const retries = mapping.MaximumRetryAttempts ?? NO_LIMIT;
  const remedy = `Set MaximumRetryAttempts: ${MAX_RETRIES}.`;
  const told = onFailureOf(mapping) !== undefined;
  if (!isProvisioned(mapping))
    return told
      ? warned(
          RETRIES,
          `on-demand mode has no setting for them, and with an on-failure destination Lambda gives up after ${CUT_RETRIES}`,
          'Take the destination away, so that batches are offered until the topic drops them; or use provisioned mode.',
        )
      : passed(RETRIES, 'until the topic drops the records');
  if (retries === NO_LIMIT)
    return told
      ? failed(
          RETRIES,
          `-1 is a trap: with an on-failure destination Lambda gives a batch up after ${CUT_RETRIES} retries, which a short outage of the database uses up`,
          remedy,
        )
      : passed(RETRIES, 'without limit');
  if (retries <= CUT_RETRIES)
    return failed(
      RETRIES,
      `${retries}: a short outage of the database uses them up, and good records are discarded`,
      remedy,
    );
  if (failurePauseMs === null) return passed(RETRIES, `${retries}`);
  const endured = (retries * failurePauseMs) / 1000;
  const about = `${retries}, with FAILURE_PAUSE_MS=${failurePauseMs} on the function`;
  if (endured < HOUR_S)
    return warned(
      RETRIES,
      `${about}: they outlast an outage of ${Math.floor(endured / 60)} minutes only`,
      `Set MaximumRetryAttempts: ${MAX_RETRIES} and FAILURE_PAUSE_MS=4000: together they outlast 11 hours.`,
    );
  return passed(RETRIES, `${about}: they outlast ${Math.floor(endured / HOUR_S)} hours`);
}

function judgeAge(mapping: Mapping): readonly Check[] {
  if (!isProvisioned(mapping)) return [];
  const age = mapping.MaximumRecordAgeInSeconds ?? NO_LIMIT;
  const remedy = `Set MaximumRecordAgeInSeconds: ${WEEK_S} (7 days), or -1.`;
  const detail = `${age} s: an outage that lasts longer discards good records`;
  if (age === NO_LIMIT) return [passed(AGE, 'without limit')];
  if (age < HOUR_S) return [failed(AGE, detail, remedy)];
  if (age < DAY_S) return [warned(AGE, detail, remedy)];
  return [passed(AGE, `${age} s (${Math.round(age / HOUR_S)} hours)`)];
}

function judgeOnFailure(mapping: Mapping): Check {
  const destination = onFailureOf(mapping);
  if (destination) return passed(ON_FAILURE, destination);
  if (!isProvisioned(mapping))
    return passed(ON_FAILURE, 'none, and none is needed: nothing is given up');
  return warned(
    ON_FAILURE,
    'none: a batch that Lambda gives up leaves no trace but a metric',
    'Set DestinationConfig.OnFailure to an SQS queue.',
  );
}
