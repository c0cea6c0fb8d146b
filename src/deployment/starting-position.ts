import { integer, oneOf } from '../settings/kinds.ts';
import type { Reader } from '../settings/reader.ts';

/** Where a group without committed offsets begins. */
export type StartingPosition =
  | { readonly at: 'TRIM_HORIZON' | 'LATEST' }
  | {
      readonly at: 'AT_TIMESTAMP';
      /** Seconds since 1970, UTC. */
      readonly timestamp: number;
    };

/** Lambda refuses a time that is still to come. A time in milliseconds is one, too. */
export function readStartingPosition(env: Reader): StartingPosition {
  const kind = oneOf('TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP');
  const at = env.withDefault('startingPosition', kind, 'TRIM_HORIZON');
  if (at !== 'AT_TIMESTAMP') {
    if (env.given('startingPositionTimestamp'))
      env.problem('startingPositionTimestamp is set: it is for startingPosition=AT_TIMESTAMP only');
    return { at };
  }
  const now = Math.floor(Date.now() / 1000);
  const past = integer(0, now, 'seconds since 1970, UTC, not in the future');
  return { at, timestamp: env.required('startingPositionTimestamp', past) ?? 0 };
}
