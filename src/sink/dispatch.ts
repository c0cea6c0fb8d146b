import type { Sent } from '../dead-letter/queue.ts';
import type { Flushed } from '../postgres/write/flush.ts';
import { DeadLetterError } from '../record/errors.ts';
import type { Rejected } from '../record/fates.ts';
import type { NotStored } from './decode.ts';

type Send = (rejected: readonly Rejected[]) => Promise<Sent>;

/** Sends the dead letters of a batch. */
export interface Dispatch {
  /** Records are rejected while others are still stored. */
  readonly onRejected: (rejected: readonly Rejected[]) => void;
  readonly finish: (
    decoded: NotStored,
    storing: Promise<Flushed>,
  ) => Promise<{ readonly flushed: Flushed; readonly sent: readonly Sent[] }>;
}

/** When failed records are named one by one, dead letters need not wait for PostgreSQL, which may be slow, or away. */
export function sendEach(send: Send): Dispatch {
  const known = new Set<Rejected>();
  const sending: Promise<Sent>[] = [];
  let waiting: Rejected[] = [];
  /** @param count of those that wait, from the first on */
  const sendOff = (count: number) => {
    if (count > 0) sending.push(send(waiting.slice(0, count)));
    waiting = waiting.slice(count);
  };
  const onRejected: Dispatch['onRejected'] = (rejected) => {
    for (const one of rejected) known.add(one);
    waiting = [...waiting, ...rejected];
    sendOff(waiting.length - (waiting.length % CALL_SIZE));
  };
  return {
    onRejected,
    async finish({ rejected }, storing) {
      onRejected(rejected);
      // Those of PostgreSQL may take long, or come to none.
      sendOff(waiting.length);
      const flushed = await storing;
      onRejected(flushed.rejected.filter((one) => !known.has(one)));
      sendOff(waiting.length);
      return { flushed, sent: await Promise.all(sending) };
    },
  };
}

/** Dead letters that SQS takes in a call, which costs about the same for one. */
const CALL_SIZE = 10;

/** When one failure returns the whole batch, dead letters wait: a redelivery would send them again (promise P6). */
export function holdTogether(send: Send): Dispatch {
  return {
    onRejected: () => {},
    async finish(decoded, storing) {
      const flushed = await storing;
      const all = [...decoded.rejected, ...flushed.rejected];
      const failures = decoded.failed.length + flushed.failed.length;
      return { flushed, sent: [failures === 0 ? await send(all) : holdBack(all)] };
    },
  };
}

function holdBack(rejected: readonly Rejected[]): Sent {
  const cause = new DeadLetterError('Dead letters wait until the rest of their batch is stored.');
  return { deadLettered: [], failed: rejected.map(({ record }) => ({ record, cause })) };
}
