import type { DeadLetter } from '../../dead-letter/write-dead-letter.ts';

/**
 * Fixes the value of one dead letter, or drops the dead letter. It is the default export of the user's own module, which
 * can import this type in a JSDoc comment, as docs/dead-letters.md shows.
 *
 * @param value the record's value parsed from JSON; a `Uint8Array` when it is not JSON; null for a tombstone. A number that
 *   JavaScript cannot hold exactly is a `JSON.rawJSON` object, whose `rawJSON` has its digits. The transform may change the
 *   value in place, and must return it all the same
 * @param drop makes the value to return when the dead letter is to be deleted without a row
 * @returns the fixed value, or a promise of it: an object, which becomes JSON, or bytes
 */
export type Transform = (
  value: unknown,
  deadLetter: TransformContext,
  drop: (reason: string) => Drop,
) => Transformed | Promise<Transformed>;

type Transformed = Readonly<Record<string, unknown>> | Uint8Array | Drop;

/** What a transform can read of the dead letter. A field is null when a malformed record lacks it. */
export interface TransformContext {
  /** Such as `notifications-0@42`. */
  readonly id: string;
  /** Such as `invalid_value`. */
  readonly reason: DeadLetter['reason'];
  /** What was wrong, such as `user_id: not a UUID`. */
  readonly message: string;
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: number | null;
  /** Milliseconds since 1970. */
  readonly timestamp: number | null;
  readonly key: Uint8Array | null;
  /** In order; a name can occur more than once. */
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array | null }[];
}

/** A transform returns it to delete a dead letter without storing its record. */
export class Drop {
  /** Up to 200 characters, shown in the report. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}
