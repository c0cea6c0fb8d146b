import { type Kind, milliseconds, SWITCH } from '../kinds.ts';
import type { Group } from '../setting.ts';

const MINUTES = 60_000;

/** As lenient as Powertools, whose variable it is. */
const unlessFalse: Kind<boolean> = {
  parse: (text) => text.toLowerCase() !== 'false',
  mustBe: 'one of true, false',
  placeholder: null,
};

export const LAMBDA = {
  subject: 'Lambda',
  readBy: 'lambda',
  settings: {
    /** Whether the event source mapping reads `batchItemFailures`. When it does not, a failure must throw. */
    partialBatchResponse: {
      variable: 'PARTIAL_BATCH_RESPONSE',
      kind: SWITCH,
      default: 'disabled',
      help: 'whether failed records are named: only for a mapping with ReportBatchItemFailures',
    },
    /** Time kept free before the function's timeout. */
    deadlineMarginMs: {
      variable: 'DEADLINE_MARGIN_MS',
      kind: milliseconds(0, 5 * MINUTES),
      default: '1000',
      help: "time kept free before the function's timeout",
    },
    /** Time by which a response with failures is held back, so that deliveries of a batch are counted more slowly. */
    failurePauseMs: {
      variable: 'FAILURE_PAUSE_MS',
      kind: milliseconds(0, 5 * MINUTES),
      default: '0',
      help: 'time by which a response with failures is held back, so that an outage uses up fewer deliveries',
    },
    /** Whether Lambda's X-Ray segments are wanted. */
    tracing: {
      variable: 'POWERTOOLS_TRACE_ENABLED',
      kind: unlessFalse,
      default: 'true',
      help: 'whether X-Ray gets a segment for each step',
    },
  },
} as const satisfies Group;
