import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type pg from 'pg';
import type { DeadLetter } from '../../../src/dead-letter/message.ts';
import type { ExpectedRow, Sample } from './records.ts';

export interface Reconciliation {
  /** Records that ended neither in the table nor in the queue. */
  readonly missing: number;
  /** Rows too many: of one record, or of one id. */
  readonly doubled: number;
  /** Letters of fit records. */
  readonly falseDeadLetters: number;
  readonly wrongReasons: number;
  /** Rows with other values than were sent, or of records that are invalid. */
  readonly wrongRows: number;
  /** Letters beyond the first of a record: at-least-once delivery can repeat a letter, never a row. */
  readonly secondLetters: number;
}

type StoredRow = ExpectedRow & { readonly source: string };

/** Matches every record with the table and the queue, by id and by coordinates. */
export function reconcile(
  samples: readonly Sample[],
  rows: readonly StoredRow[],
  letters: readonly DeadLetter[],
): Reconciliation {
  const rowsBySource = new Map(rows.map((row) => [row.source, row]));
  const ids = new Set(rows.map(({ id }) => id));
  const letterById = new Map(letters.map((letter) => [letter.id, letter]));
  const fit = new Set(samples.filter(({ row }) => row).map(({ source }) => source));
  let missing = 0;
  let wrongReasons = 0;
  let matched = 0;
  for (const { source, row, rejected } of samples) {
    const letter = letterById.get(source);
    const stored = rowsBySource.get(source);
    if (row ? !stored && !letter : !letter) missing += 1;
    if (rejected && letter && letter.reason !== rejected) wrongReasons += 1;
    if (row && stored && holds(stored, row)) matched += 1;
  }
  return {
    missing,
    doubled: rows.length - Math.min(rowsBySource.size, ids.size),
    falseDeadLetters: letters.filter(({ id }) => fit.has(id)).length,
    wrongReasons,
    wrongRows: rowsBySource.size - matched,
    secondLetters: letters.length - letterById.size,
  };
}

function holds(stored: StoredRow, expected: ExpectedRow): boolean {
  const names = ['id', 'user_id', 'event_type', 'title', 'body', 'created_at'] as const;
  return names.every((name) => stored[name] === expected[name]);
}

/** Reads the whole table. */
export async function readRows(pool: pg.Pool): Promise<StoredRow[]> {
  const { rows } = await pool.query(
    `SELECT id, user_id, event_type, title, body,
            to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at,
            source_topic || '-' || source_partition || '@' || source_offset AS source
       FROM notifications`,
  );
  return rows;
}

/** Takes every letter out of the queue. */
export async function takeLetters(client: SQSClient, queueUrl: string): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return letters;
    letters.push(...Messages.map(({ Body = '' }): DeadLetter => JSON.parse(Body)));
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: `${n}`, ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}
