import { expect, test, vi } from 'vitest';
import type { BatchReport } from '../../src/sink/observer.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { SINKS } from '../support/notifications.ts';
import { notification, sinkRecord, uuid } from '../support/records.ts';
import { createDirectSink } from '../support/sink.ts';

/** A trigger that takes every hundredth row and keeps it out of the table. */
const TRIGGER = `
  CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.source_offset % 100 = 42 THEN RETURN NULL; END IF; RETURN NEW; END $$;
  CREATE TRIGGER keep_out BEFORE INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION keep_out()`;

test.each([
  ['copies', 2500, 25],
  ['inserts', 45, 1],
])('rows that a trigger keeps out are counted where the sink %s', async (_, count, expected) => {
  const onBatch = vi.fn<(report: BatchReport) => void>();
  const { database, sink } = await createDirectSink({}, SINKS, { onBatch });
  await database.query(TRIGGER);
  const records = Array.from({ length: count }, (_, offset) =>
    sinkRecord(notification({ id: uuid(offset) }), { offset }),
  );
  const deliver = async () => {
    const deadline = startDeadline(60_000);
    await sink({ records, size: count, source: null }, deadline).finally(() => deadline.clear());
    const [{ flushed, fates }] = onBatch.mock.lastCall as [BatchReport];
    return [fates.stored.length, flushed.inserted, flushed.keptOut, fates.failed.length];
  };
  expect(await deliver()).toEqual([count, count - expected, expected, 0]);
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([
    { count: count - expected },
  ]);
  // Delivered again, the others are there already.
  expect(await deliver()).toEqual([count, 0, expected, 0]);
});
