import { existsSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { notification } from '../support/event.ts';
import { createTestTopic } from '../support/topic.ts';
import { until } from '../support/until.ts';
import { consume, createPlace, ofTopic, within } from './support/service.ts';

const CROWD = 3000;
const AT_ONCE = 50;
const RECORDS = 3000;
/** What the health server may hold, and some more for what comes and goes. */
const BOUND = 100 + 30;

/** What is sent by who does not mean it: nothing, half a request, half a body, or a request whose answer nobody reads. */
const SENT = [
  '',
  'GET /metrics HTTP/1.1\r\nhost: x\r\nx: ',
  'POST /livez HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\nx',
  'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n',
];

test.skipIf(inject('kafka') === null || !existsSync('/proc/self/fd'))(
  'thousands of connections that come to nothing take no files from PostgreSQL and Kafka, and leave the probes alone',
  async () => {
    const [topic, { database, env }] = await Promise.all([createTestTopic(), createPlace()]);
    const service = consume(ofTopic(topic), env);
    await service.ready();
    const address = new URL((await service.get('/livez')).url);
    const files = () => readdirSync(`/proc/${service.pid}/fd`).length;
    const before = files();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, files());
    }, 5);
    const crowd: Socket[] = [];
    let connected = 0;
    onTestFinished(() => {
      clearInterval(watch);
      for (const socket of crowd) socket.destroy();
    });
    while (crowd.length < CROWD) {
      for (let n = 0; n < AT_ONCE; n += 1) {
        const socket = connect(Number(address.port), address.hostname);
        socket
          .on('error', () => {})
          .once('connect', () => {
            connected += 1;
            socket.write(SENT[connected % SENT.length] ?? '');
          });
        crowd.push(socket.pause());
      }
      await until(
        () => connected === crowd.length,
        () => `${crowd.length} connections: ${connected}`,
      );
      if (crowd.length % 1000 === 0) {
        expect((await service.get('/livez')).status).toBe(200);
        // The service needs new ones now.
        await database.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kafka-pg-sink' AND datname = current_database()",
        );
        await topic.produce(
          Array.from({ length: RECORDS / 3 }, (_, n) => ({
            partition: n % 3,
            value: Buffer.from(JSON.stringify(notification(crowd.length + n))),
          })),
        );
      }
      await sleep(1);
    }
    await service.ready();
    await vi.waitFor(
      async () =>
        expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([
          { count: RECORDS },
        ]),
      within,
    );
    expect(most).toBeLessThan(before + BOUND);
    service.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  },
);
