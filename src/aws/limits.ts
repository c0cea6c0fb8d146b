/** Time in ms for a connection. Where the network swallows packets, as in a VPC without an endpoint, nothing else ends it. */
export const CONNECT_MS = 3000;
/** Time in ms for the answer of a call. */
export const ANSWER_MS = 5000;

/** The same, as clients of the SDK take them. */
export const LIMITS = {
  connectionTimeout: CONNECT_MS,
  requestTimeout: ANSWER_MS,
  // While an answer is under way.
  socketTimeout: ANSWER_MS,
  throwOnRequestTimeout: true,
} as const;
