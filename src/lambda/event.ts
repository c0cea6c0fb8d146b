/** Amazon MSK, and self-managed Kafka by the name that Lambda sends and by the one that some runtimes' samples have. */
export const EVENT_SOURCES = ['aws:kafka', 'SelfManagedKafka', 'aws:SelfManagedKafka'] as const;

type EventSource = (typeof EVENT_SOURCES)[number];

/**
 * The event of a Kafka event source mapping, as Lambda delivers it. The types of `@types/aws-lambda` claim that key
 * and value are never null and know neither header nulls nor a response, so these are our own.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html, https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html
 */
export interface KafkaEvent {
  readonly eventSource: EventSource;
  /** Amazon MSK only. */
  readonly eventSourceArn?: string;
  /** `host:port`, several separated by commas. */
  readonly bootstrapServers: string;
  /** By `<topic>-<partition>`. */
  readonly records: Readonly<Record<string, readonly EventRecord[]>>;
}

/** One record of an event. */
export interface EventRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970; -1 when the producer set none. */
  readonly timestamp: number;
  readonly timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME';
  /** Base64; null or absent without a key. */
  readonly key?: string | null;
  /** Base64; null or absent is a tombstone. */
  readonly value?: string | null;
  /** One entry an object, in order; the bytes are signed, -128 to 127. */
  readonly headers?: readonly Readonly<Record<string, readonly number[] | null>>[] | null;
}

/** One identifier of the response: `partition` is `<topic>-<partition>`, as in the event. */
export interface ItemIdentifier {
  readonly partition: string;
  readonly offset: number;
}

/**
 * The partial batch response. Lambda delivers again exactly the records that are named, so each that failed is named.
 * https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
 */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: ItemIdentifier }[];
}

/** The function as Lambda calls it. */
export type LambdaHandler = (
  event: KafkaEvent,
  context: InvocationContext,
) => Promise<BatchResponse>;

/** The part of Lambda's context that the handler uses. */
interface InvocationContext {
  /** Milliseconds until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number;
}
