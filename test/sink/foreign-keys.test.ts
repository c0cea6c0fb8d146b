import { expect, test } from 'vitest';
import type { SinkRecord } from '../../src/record/record.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { notification, sinkRecord, uuid } from '../support/records.ts';
import { createDirectSink } from '../support/sink.ts';

const COUNT = 2500;
const isBad = (offset: number) => offset % 100 === 42;

test('records whose parents no definition brings are dead-lettered, once each, and the others are stored', async () => {
  const { database, queue, sink } = await createDirectSink();
  await database.query(
    `CREATE TABLE users (id uuid PRIMARY KEY); INSERT INTO users VALUES ('${uuid(7)}');
     ALTER TABLE notifications ADD CONSTRAINT known_user FOREIGN KEY (user_id) REFERENCES users`,
  );
  const records = Array.from({ length: COUNT }, (_, offset) =>
    sinkRecord(notification({ id: uuid(offset), user_id: uuid(isBad(offset) ? 8 : 7) }), {
      offset,
    }),
  );
  const bad = records.filter(({ offset }) => isBad(offset)).map(({ offset }) => offset);
  for (let delivery = 0; delivery < 2; delivery += 1) {
    const deadline = startDeadline(60_000);
    const { stored, deadLettered, failed } = await sink(
      { records, size: COUNT, source: null },
      deadline,
    ).finally(() => deadline.clear());
    expect([stored.length, failed]).toEqual([COUNT - bad.length, []]);
    const offsets = deadLettered.map(({ record }) => (record as SinkRecord).offset);
    expect(offsets.sort((a, b) => a - b)).toEqual(bad);
    const found = await queue.takeDeadLetters();
    expect(found.map(({ record }) => record.offset).sort((a, b) => Number(a) - Number(b))).toEqual(
      bad,
    );
    expect(new Set(found.map(({ details }) => details.constraint))).toEqual(
      new Set(['known_user']),
    );
  }
});
