import { expect, test, vi } from 'vitest';
import type { SendDeadLetters } from '../../src/dead-letter/queue.ts';
import { DefinitionError } from '../../src/definition/definition-error.ts';
import { beginFlush } from '../../src/postgres/write/flush.ts';
import { DeadLetterError, StoreError } from '../../src/record/errors.ts';
import { type Rejected, reject } from '../../src/record/fates.ts';
import type { IncomingRecord, SinkRecord } from '../../src/record/record.ts';
import type { BatchReport } from '../../src/sink/observer.ts';
import { createSink, type SinkParts } from '../../src/sink/sink.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { notification } from '../support/event.ts';
import { SINK, SINKS } from '../support/notifications.ts';
import { type InsertAll, partsWith } from '../support/parts.ts';
import { sinkRecord } from '../support/records.ts';

const outage = new StoreError('transient', 'PostgreSQL is away.', '57P01', null);
const acceptAll: SendDeadLetters = async (rejected) => ({ deadLettered: rejected, failed: [] });

/** A sink whose parts are replaced one by one, and what it did. */
function createRig(
  allOrNothing: boolean,
  parts: Partial<SinkParts> & { readonly insert?: InsertAll } = {},
) {
  const reports: BatchReport[] = [];
  const deadLettered: number[] = [];
  const steps: string[] = [];
  const sink = createSink(
    { tombstonePolicy: 'dead-letter', allOrNothing },
    {
      sinkOf: SINKS.sinkOf,
      begin: (size, deadline) =>
        beginFlush(
          size,
          () => partsWith({ insert: parts.insert ?? (async (rows) => rows.length) }),
          1,
          deadline,
        ),
      trace: (step, work) => {
        steps.push(step);
        return work();
      },
      onBatch: (report) => reports.push(report),
      ...parts,
      sendDeadLetters: async (rejected, source, deadline) => {
        deadLettered.push(...rejected.map(({ record }) => (record as SinkRecord).offset));
        return (parts.sendDeadLetters ?? acceptAll)(rejected, source, deadline);
      },
    },
  );
  /** The offsets by fate. */
  async function run(records: readonly SinkRecord[] = RECORDS) {
    const batch = { records, size: records.length, source: 'kafka:9092' };
    const deadline = startDeadline(60_000);
    const fates = await sink(batch, deadline).finally(() => deadline.clear());
    const offsets = (list: readonly { readonly record: IncomingRecord }[]) =>
      list.map(({ record }) => (record as SinkRecord).offset).sort();
    return {
      stored: fates.stored.map(({ offset }) => offset),
      passedOver: offsets(fates.passedOver),
      deadLettered: offsets(fates.deadLettered),
      failed: offsets(fates.failed),
      causes: new Set(fates.failed.map(({ cause }) => cause.message)),
    };
  }
  return { reports, deadLettered, steps, run };
}

/** Two valid records and an invalid one between them. */
const RECORDS = [
  sinkRecord(notification(1), { offset: 1 }),
  sinkRecord('invalid', { offset: 2 }),
  sinkRecord(notification(3), { offset: 3 }),
];

test('each record ends in one of the fates, and is observed before they are returned', async () => {
  const { run, reports, deadLettered, steps } = createRig(false);
  expect(await run()).toMatchObject({ stored: [1, 3], deadLettered: [2], failed: [] });
  expect(deadLettered).toEqual([2]);
  expect([...new Set(steps)]).toEqual(['decode', 'store', 'dead-letter']);
  expect(reports).toHaveLength(1);
  expect(reports[0]).toMatchObject({
    received: 3,
    flushed: { inserted: 2, flushMs: expect.any(Number) },
    fates: { stored: { length: 2 }, deadLettered: { length: 1 }, passedOver: [], failed: [] },
  });
});

test('a tombstone that the policy ignores is passed over, and observed as such', async () => {
  const onBatch = vi.fn();
  const sink = createSink(
    { tombstonePolicy: 'ignore', allOrNothing: false },
    {
      sinkOf: SINKS.sinkOf,
      begin: (size, deadline) =>
        beginFlush(size, () => partsWith({ insert: async () => 0 }), 1, deadline),
      trace: (_, work) => work(),
      sendDeadLetters: acceptAll,
      onBatch,
    },
  );
  const tombstone = sinkRecord(null);
  const deadline = startDeadline(60_000);
  const fates = await sink({ records: [tombstone], size: 1, source: null }, deadline);
  deadline.clear();
  const expected = {
    ...{ stored: [], deadLettered: [], failed: [] },
    passedOver: [{ record: tombstone, rule: 'tombstone' }],
  };
  expect(fates).toEqual(expected);
  expect(onBatch).toHaveBeenCalledWith(expect.objectContaining({ fates: expected }));
});

test('dead letters do not wait for PostgreSQL when failed records are named (P3)', async () => {
  const gate = Promise.withResolvers<number>();
  const sent = Promise.withResolvers<void>();
  const { run } = createRig(false, {
    insert: () => gate.promise,
    sendDeadLetters: async (rejected) => {
      sent.resolve();
      return { deadLettered: rejected, failed: [] };
    },
  });
  const fates = run();
  await sent.promise;
  gate.reject(outage);
  expect(await fates).toMatchObject({ stored: [], deadLettered: [2], failed: [1, 3] });
});

test('the dead letter of a record that PostgreSQL refused does not wait for the others, and is sent once', async () => {
  const gate = Promise.withResolvers<void>();
  const sent = Promise.withResolvers<void>();
  const refused = [1, 3].map((offset) =>
    reject(sinkRecord(notification(offset), { offset }), 'rejected_by_postgres', 'refused'),
  );
  const { run, deadLettered } = createRig(false, {
    begin: (_size, _deadline, onRejected) => ({
      add: () => onRejected?.(refused.slice(0, 1)),
      wait: () => {},
      async end() {
        await gate.promise;
        const nothing = {
          stored: [],
          inserted: 0,
          keptOut: 0,
          conflicts: [],
          failed: [],
          flushMs: 1,
        };
        return { ...nothing, rejected: refused };
      },
    }),
    sendDeadLetters: async (rejected) => {
      if (rejected.includes(refused[0] as Rejected)) sent.resolve();
      return { deadLettered: rejected, failed: [] };
    },
  });
  const fates = run();
  await sent.promise;
  gate.resolve();
  expect(await fates).toMatchObject({ stored: [], deadLettered: [1, 2, 3], failed: [] });
  expect(deadLettered).toEqual([1, 2, 3]);
});

test('a record that PostgreSQL refused is dead-lettered too', async () => {
  const refusal = new StoreError('record', 'refused', '23514', 'polite');
  const insert: InsertAll = async (rows) => {
    if (rows.some((row) => row.at(-1) === '3')) throw refusal;
    return rows.length;
  };
  for (const allOrNothing of [true, false]) {
    const { run, deadLettered } = createRig(allOrNothing, { insert });
    expect(await run()).toMatchObject({ stored: [1], deadLettered: [2, 3], failed: [] });
    expect(deadLettered).toEqual([2, 3]);
  }
});

test('a record whose dead letter was not accepted has failed', async () => {
  const sendDeadLetters: SendDeadLetters = async (rejected) => ({
    deadLettered: [],
    failed: rejected.map(({ record }) => ({ record, cause: new DeadLetterError('SQS is away.') })),
  });
  for (const allOrNothing of [true, false])
    expect(await createRig(allOrNothing, { sendDeadLetters }).run()).toMatchObject({
      ...{ stored: [1, 3], deadLettered: [], failed: [2] },
      causes: new Set(['SQS is away.']),
    });
});

test('no dead letter is sent when the whole batch will be delivered again (P6)', async () => {
  const { run, deadLettered, reports } = createRig(true, { insert: () => Promise.reject(outage) });
  expect(await run()).toMatchObject({
    ...{ stored: [], deadLettered: [], failed: [1, 2, 3] },
    causes: new Set([
      'PostgreSQL is away.',
      'Dead letters wait until the rest of their batch is stored.',
    ]),
  });
  expect(deadLettered).toEqual([]);
  expect(reports[0]?.fates).toMatchObject({ deadLettered: [], failed: { length: 3 } });
});

test('a mistake while decoding leaves no copy open that waits for rows', async () => {
  const end = vi.fn(async () => ({
    ...{ stored: [], inserted: 0, keptOut: 0, conflicts: [], rejected: [], failed: [], flushMs: 0 },
  }));
  const { run } = createRig(false, {
    begin: () => ({ add: () => {}, wait: () => {}, end }),
    trace: () => Promise.reject(new TypeError('a mistake')),
  });
  await expect(run()).rejects.toThrow('a mistake');
  expect(end).toHaveBeenCalledTimes(1);
});

test.each([
  ['a topic without a definition', { sinkOf: () => new DefinitionError(['no definition']) }, 3],
  [
    'PostgreSQL',
    {
      insert: async () => {
        throw outage;
      },
    },
    3,
  ],
])(
  'where one failure returns the whole batch, dead letters wait for %s',
  async (_, parts, count) => {
    const { run, deadLettered } = createRig(true, parts);
    const fates = await run();
    expect([fates.failed.length, fates.deadLettered, deadLettered]).toEqual([count, [], []]);
  },
);

test('one record of a topic without a definition holds the dead letters of its batch back', async () => {
  const sinkOf = (topic: string) =>
    topic === 'notifications' ? SINK : new DefinitionError(['no definition']);
  const records = [...RECORDS, sinkRecord('x', { topic: 'other', offset: 4 })];
  const { run, deadLettered } = createRig(true, { sinkOf });
  const fates = await run(records);
  expect(fates).toMatchObject({ stored: [1, 3], deadLettered: [], failed: [2, 4] });
  expect(deadLettered).toEqual([]);
  expect(fates.causes).toEqual(
    new Set([
      expect.stringContaining('no definition'),
      'Dead letters wait until the rest of their batch is stored.',
    ]),
  );
});
