import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { createWorld } from './support/world.ts';

const OUTAGE_MS = 20_000;
const MOST = 500;

test.each([
  ['refuses connections', 'cut'],
  ['answers nothing', 'swallow'],
] as const)(
  'the database %s for 20 s: heartbeats go on, no rebalance, no loss, memory bounded',
  async (_, fault) => {
    const world = await createWorld();
    const { topic, untilRows, countRows, reconcile } = world;
    const url = new URL(world.database.url);
    const proxy = await startTcpProxy(Number(url.port));
    onTestFinished(proxy.stop);
    url.port = `${proxy.port}`;
    const { start, status, batches } = world.consumer((handle) => handle, {
      DATABASE_URL: url.href,
      MAX_BATCH_SIZE: `${MOST}`,
      // The least that the broker allows: without heartbeats it would give the member up three times over.
      KAFKA_SESSION_TIMEOUT_MS: '6000',
    });
    await start();
    const stopFlow = topic.flow(20);
    await untilRows(1000);
    const before = await topic.group();
    expect(before).toMatchObject({ state: 'Stable', members: [expect.any(String)] });

    await proxy[fault]('request');
    const stored = await countRows();
    const waiting: number[] = [];
    const states = new Set<unknown>();
    const end = performance.now() + OUTAGE_MS;
    while (performance.now() < end) {
      waiting.push(status().waiting);
      states.add((await topic.group()).state);
      await sleep(100);
    }
    expect(status().paused).toBe(true);
    expect(await countRows()).toBe(stored);
    proxy.resume();

    await untilRows(stored + 1000);
    await stopFlow();
    // The broker would have given another id to a member that it had given up.
    expect(await topic.group()).toEqual(before);
    expect([...states]).toEqual(['Stable']);
    // What a fetch had brought already when it paused comes on top.
    expect(Math.max(...waiting)).toBeLessThanOrEqual(2 * MOST);
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(MOST);
    await reconcile();
  },
);
