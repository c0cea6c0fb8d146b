/** What the command line asks for beside the settings. */
export interface Options {
  /** Name or ARN of the Lambda function to look at, an alias included; null: none. */
  readonly functionName: string | null;
  /** Bytes of a typical record in Kafka: key, value and headers. */
  readonly recordBytes: number;
  /** Whether a message may be sent to the queue. */
  readonly send: boolean;
}

/** A guess; the samples of `npm start` have about 400. */
export const DEFAULT_RECORD_BYTES = 1000;
