/** What is wrong with a value. Quotes nothing of it: this goes into dead letters and log lines (promise P8). */
export class Invalid {
  readonly message: string;
  /** Where, as a path from the value that was judged: `2`, `2.sku`; empty for that value itself. */
  readonly below: string;
  /** Where, as a path from the record's value; null when it is below the place that the column takes. */
  readonly path: string | null;

  constructor(message: string, below = '', path: string | null = null) {
    this.message = message;
    this.below = below;
    this.path = path;
  }
}

/**
 * Writes a value as text that PostgreSQL reads as the column's type, whatever the session's TimeZone, DateStyle or
 * IntervalStyle is.
 *
 * @param value parsed from JSON, neither absent nor null; its numbers are exact (see `exact-json.ts`)
 */
export type Encode = (value: unknown) => string | Invalid;
