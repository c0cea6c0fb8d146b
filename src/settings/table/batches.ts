import { integer, milliseconds } from '../kinds.ts';
import type { Group } from '../setting.ts';

const MINUTES = 60_000;
const MIB = 1024 * 1024;

export const BATCHES = {
  subject: 'Batches',
  readBy: 'consume',
  settings: {
    /** Records that start a flush. */
    batchSize: {
      variable: 'BATCH_SIZE',
      kind: integer(1, 10_000, 'records'),
      default: '100',
      help: 'a flush starts when this many records wait',
    },
    /** Age of the oldest waiting record that starts a flush. With 0, batches grow with the load alone. */
    flushIntervalMs: {
      variable: 'FLUSH_INTERVAL_MS',
      kind: milliseconds(0, 5 * MINUTES),
      default: '5000',
      help: 'a flush starts when the oldest record has waited so long; 0: at once',
    },
    /** Most records of one batch, and most that wait for the next; fetching pauses there. */
    maxBatchSize: {
      variable: 'MAX_BATCH_SIZE',
      kind: integer(1, 10_000, 'records'),
      default: '1000',
      help: 'fetching pauses when this many records wait',
    },
    /**
     * The same in bytes that records take in memory. Only a record that is larger by itself exceeds it, alone.
     * Two such batches are in memory at most, and all that is made of them. These two defaults are as small as they can be
     * without a loss of rate that shows (docs/benchmarks.md).
     */
    maxBatchBytes: {
      variable: 'MAX_BATCH_BYTES',
      kind: integer(1024, 256 * MIB, 'bytes of records in memory'),
      default: String(MIB),
      help: 'fetching pauses when this many bytes wait',
    },
  },
} as const satisfies Group;
