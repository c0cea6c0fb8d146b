import { expect, inject } from 'vitest';
import type { Check, Status } from '../../../src/doctor/check.ts';
import { examine } from '../../../src/doctor/doctor.ts';
import { DEFAULT_RECORD_BYTES, type Options } from '../../../src/doctor/options.ts';
import { formatCheck } from '../../../src/doctor/print.ts';
import type { Table } from '../../../src/record/table.ts';
import { SINK } from '../../support/notifications.ts';

/** What must never be shown, whatever a test finds. */
export const SECRET_WORD = 'hunter2-never-shown';

/** What the doctor says about a set-up. */
export interface Diagnosis {
  readonly checks: readonly Check[];
  /** Findings of one check. */
  of(name: string): readonly Check[];
  /** Names of the checks that ended so, each once. */
  named(status: Status): readonly string[];
}

/**
 * Runs the doctor in this process. No test need look for leaked secrets: here every output is searched for them.
 *
 * @param env the settings; those of the AWS SDK are read from `process.env` all the same
 */
export async function diagnose(
  env: Readonly<Record<string, string | undefined>>,
  {
    tables = [SINK.table],
    topic = SINK.topic,
    ...options
  }: Partial<Options> & { tables?: readonly Table[]; topic?: string | RegExp } = {},
): Promise<Diagnosis> {
  process.env.AWS_ENDPOINT_URL_SQS ??= inject('sqsEndpoint');
  const all = { functionName: null, recordBytes: DEFAULT_RECORD_BYTES, send: false, ...options };
  const checks: Check[] = [];
  const sinks = tables.map((table) => ({ ...SINK, table, topic }));
  for await (const check of examine(env, sinks, all)) checks.push(check);
  const output = checks.map((check) => formatCheck(check, process.stdout)).join('\n');
  const login = URL.parse(env.DATABASE_URL ?? '');
  // The name of the role is no secret here: statements that grant it something name it. The superuser's password is the
  // name of the product.
  for (const word of [login?.password, SECRET_WORD])
    if (word && word !== 'postgres') expect(output).not.toContain(word);
  for (const { status, remedy } of checks)
    if (status !== 'skipped') expect(remedy === null).toBe(status === 'passed');
  return {
    checks,
    of: (name) => checks.filter((check) => check.name === name),
    named: (status) => [
      ...new Set(checks.filter((check) => check.status === status).map(({ name }) => name)),
    ],
  };
}

/** A finding of this status whose detail and remedy match. */
export function finding(status: Status, detail: RegExp, remedy: RegExp) {
  return {
    status,
    detail: expect.stringMatching(detail),
    remedy: expect.stringMatching(remedy),
  };
}
