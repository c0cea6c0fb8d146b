import { expect, test } from 'vitest';
import { judgeServer } from '../../src/doctor/server.ts';

const SOUND = {
  version: 180_003,
  readOnly: false,
  free: 90,
  maxConnections: 100,
  encoding: 'UTF8',
  synchronousCommit: 'on',
};

test('tells version and connections of a sound server', () => {
  expect(judgeServer(SOUND, 2)).toEqual([
    {
      name: 'database server',
      status: 'passed',
      detail: 'PostgreSQL 18.3, 90 of 100 connections free, 2 needed by each environment',
      remedy: null,
    },
  ]);
});

test.each([
  ['a release without ON CONFLICT', { version: 90_426 }, 'failed', 'PostgreSQL 9.4'],
  ['a release that cannot name invalid values', { version: 150_012 }, 'warned', 'PostgreSQL 15.12'],
  ['a replica', { readOnly: true }, 'failed', 'read-only'],
  ['an encoding that lacks text', { encoding: 'LATIN1' }, 'failed', 'is LATIN1'],
  ['an encoding that knows no text', { encoding: 'SQL_ASCII' }, 'warned', 'is SQL_ASCII'],
  ['commits that do not wait', { synchronousCommit: 'off' }, 'warned', 'when the server crashes'],
  ['too few free connections', { free: 1 }, 'warned', '1 of 100 connections are free'],
  ['no free connection at all', { free: -3 }, 'warned', '0 of 100 connections are free'],
])('%s', (_, facts, status, detail) => {
  const [check, ...others] = judgeServer({ ...SOUND, ...facts }, 2);
  expect(others).toEqual([]);
  expect(check?.status).toBe(status);
  expect(check?.detail).toContain(detail);
  expect(check?.remedy).toMatch(/\w/);
});
