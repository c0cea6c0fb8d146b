import { expect, test, vi } from 'vitest';
import { at, createGate, drive, position, range, settle } from './support/drive.ts';

const QUICK = { FLUSH_INTERVAL_MS: '1' };

test('a failed record is offered again after delays that double up to 5 s', async () => {
  const times: number[] = [];
  const { produce, offsets } = await drive((records) => {
    times.push(performance.now());
    return records;
  }, QUICK);
  produce([at(0)]);
  await vi.advanceTimersByTimeAsync(30_000);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(gaps.slice(0, 8)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  expect(new Set(offsets().flat())).toEqual(new Set([0]));
});

test('a record that fails for ever does not put off the failures of another partition, nor other records of its own', async () => {
  const failures = new Map<string, number[]>();
  const { produce, commits } = await drive((records) => {
    const failed = records.filter(
      ({ partition, offset }) => (partition === 0 && offset === 0) || (partition === 1 && !once()),
    );
    function once(): boolean {
      return (failures.get('1-0')?.length ?? 0) > 0;
    }
    for (const { partition, offset } of failed) {
      const key = `${partition}-${offset}`;
      failures.set(key, [...(failures.get(key) ?? []), performance.now()]);
    }
    return failed;
  }, QUICK);
  produce(range(0, 5));
  await vi.advanceTimersByTimeAsync(20_000);
  produce([at(0, 1)]);
  await vi.advanceTimersByTimeAsync(102);
  // Its first failure is 100 ms old, while the other partition waits 5 s by now.
  expect(commits).toContainEqual(position(1, 1));
  expect(commits.filter(({ partition }) => partition === 0)).toEqual([]);
  expect(failures.get('0-0')?.length).toBeGreaterThan(6);
});

test('other records of a partition that succeed do not shorten the delay of the one that fails', async () => {
  const times: number[] = [];
  const { produce } = await drive((records) => {
    const poison = records.filter(({ offset }) => offset === 0);
    if (poison.length > 0) times.push(performance.now());
    return poison;
  }, QUICK);
  produce([at(0)]);
  for (let offset = 1; offset < 200; offset += 1) {
    await vi.advanceTimersByTimeAsync(10);
    produce([at(offset)]);
  }
  expect(times.map((time) => Math.round((time - (times[0] ?? 0)) / 100))).toEqual([0, 1, 3, 7, 15]);
});

test('a partition that is well again begins with the shortest delay', async () => {
  let failing = 4;
  const times: number[] = [];
  const { produce } = await drive((records) => {
    times.push(performance.now());
    failing -= 1;
    return failing > 0 ? records : [];
  }, QUICK);
  produce([at(0)]);
  await vi.advanceTimersByTimeAsync(10_000);
  failing = 2;
  times.length = 0;
  produce([at(1)]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 100]);
});

test('a sink that throws has the whole batch delivered again, and nothing committed', async () => {
  let tries = 0;
  const { produce, offsets, commits, warnings } = await drive(() => {
    tries += 1;
    if (tries === 1) throw new TypeError('a mistake');
    return [];
  }, QUICK);
  produce(range(0, 4));
  await vi.advanceTimersByTimeAsync(50);
  expect(commits).toEqual([]);
  expect(warnings).toEqual(['the sink threw, the batch is delivered again {"error":"TypeError"}']);
  await vi.advanceTimersByTimeAsync(100);
  expect(offsets()).toEqual([
    [0, 1, 2, 3],
    [0, 1, 2, 3],
  ]);
  expect(commits).toEqual([position(0, 4)]);
});

test('a record that is held back keeps its bytes, and not the whole answer of Kafka that they came in', async () => {
  const answer = Buffer.from('..key..value..header');
  const part = (from: number, to: number) => answer.subarray(from, to);
  const { produce, batches } = await drive((records) => records, QUICK);
  const headers = [{ name: 'h', value: part(14, 20) }];
  produce([{ ...at(0), key: part(2, 5), value: part(7, 12), headers }]);
  await vi.advanceTimersByTimeAsync(1);
  answer.fill('x');
  await vi.advanceTimersByTimeAsync(100);
  expect(batches).toHaveLength(2);
  expect(batches[1]?.[0]).toMatchObject({
    key: Buffer.from('key'),
    value: Buffer.from('value'),
    headers: [{ name: 'h', value: Buffer.from('header') }],
  });
});

test('a record that arrives again while it is held back, waits or is under way is handed over once', async () => {
  const gate = createGate();
  let broken = true;
  const { produce, offsets, commits } = await drive(async (records) => {
    if (!broken) return [];
    broken = false;
    await gate.wait();
    return records;
  }, QUICK);
  produce(range(0, 2));
  await vi.advanceTimersByTimeAsync(1);
  // Under way.
  produce(range(0, 4));
  // Waiting.
  produce(range(2, 4));
  gate.open();
  await settle();
  // Held back.
  produce(range(0, 2));
  await vi.advanceTimersByTimeAsync(1000);
  expect(offsets()).toEqual([
    [0, 1],
    [2, 3],
    [0, 1],
  ]);
  expect(commits.at(-1)).toEqual(position(0, 4));
});
