import { setImmediate } from 'node:timers/promises';
import type { RecordRow } from '../../record/row.ts';
import type { Values } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Copy } from './copy/copy-backoff.ts';
import { encodeLines } from './copy/copy-text.ts';
import { createFeed } from './copy/feed.ts';
import { type Chunk, type ChunkParts, itemOf } from './copy-or-insert.ts';
import { decide } from './decide.ts';
import { insertChunk, mergeChunks } from './insert-chunk.ts';
import type { WrittenChunk } from './insert-some.ts';
import type { Item } from './item.ts';
import type { Judged } from './judge/judge-rows.ts';
import { createPieces } from './pieces.ts';
import type { OnRejected } from './rejection.ts';
import { failed, NOTHING } from './written.ts';

/** How rows are stored of which some are probably refused. */
export interface JudgedCopy {
  /** Stores none; null when rows cannot be judged at present. */
  judge(rows: readonly Values[], deadline: Deadline): Promise<Judged | null>;
  readonly copy: Copy;
}

/**
 * Rows for which a statement that judges them costs little beside them: to parse and plan it takes as long as to judge
 * hundreds, and to begin and commit each copy more. 10,000 rows in pieces of 500 took a tenth longer, and so did 1,000 in
 * pieces of 250; in one piece for each chunk they took as long.
 */
const MIN_JUDGED = 2500;

/**
 * Judges the rows while more come, and copies the sound ones of a piece while the next is judged. What has been judged while
 * one piece is copied is the next: each takes a connection only while PostgreSQL has work for it, so that chunks cannot wait
 * for each other.
 *
 * A row that is refused as it was judged stays refused, whatever becomes of the others: its dead letter is sent while
 * PostgreSQL copies. Rows that could not be judged or copied are inserted in the end.
 */
export function createJudgedChunk(
  { judge, copy }: JudgedCopy,
  parts: ChunkParts,
  deadline: Deadline,
  onRejected: OnRejected,
): Chunk {
  const pieces = createPieces<RecordRow>(MIN_JUDGED);
  const sound = createPieces<RecordRow>(1);
  const written: WrittenChunk[] = [];
  const toInsert: Item[] = [];
  let isDeclined = false;
  let tookSome = false;
  /** Once PostgreSQL is away, nothing more is tried. */
  let away: { readonly error: unknown } | undefined;

  const insertLater = (rows: readonly RecordRow[]) => {
    for (const { record, row } of rows) toInsert.push(itemOf(parts, record, row));
  };

  async function judgePiece(rows: readonly RecordRow[]): Promise<void> {
    if (away || isDeclined) return insertLater(rows);
    const judged = await judge(
      rows.map(({ row }) => row),
      deadline,
    ).catch((error: unknown) => {
      away = { error };
      return null;
    });
    if (judged === null) {
      isDeclined = true;
      return insertLater(rows);
    }
    const { refused, rivals } = judged;
    const isRival = new Set(rivals);
    sound.push(rows.filter((_, place) => !(refused.has(place) || isRival.has(place))));
    insertLater(rivals.map((place) => rows[place] as RecordRow));
    // To write dead letters takes a while, and PostgreSQL is to work meanwhile.
    await setImmediate();
    const named = [...refused].map(([place, refusal]) => {
      const { record, row } = rows[place] as RecordRow;
      return { item: itemOf(parts, record, row), refusal };
    });
    const { rejected, ...others } = await decide(named, parts, deadline);
    written.push({ ...NOTHING, rejected, ...others });
    if (rejected.length > 0) onRejected(rejected);
  }

  async function copyPiece(rows: readonly RecordRow[]): Promise<void> {
    if (away || isDeclined) return insertLater(rows);
    const records = rows.map(({ record }) => record);
    const lines = createFeed<Buffer>();
    lines.push(encodeLines(rows));
    lines.end();
    const copied = await copy(lines, deadline).catch((error: unknown) => {
      away = { error };
      return null;
    });
    if (copied === null) {
      isDeclined = true;
      return insertLater(rows);
    }
    tookSome = true;
    const keptOut = records.length - copied;
    written.push({ ...NOTHING, stored: records, inserted: copied, keptOut, orphans: [] });
  }

  async function judgeAll(): Promise<void> {
    for await (const piece of pieces) await judgePiece(piece);
    sound.end();
  }

  async function copyAll(): Promise<void> {
    for await (const piece of sound) await copyPiece(piece);
  }

  const all = Promise.all([judgeAll(), copyAll()]);
  return {
    add: pieces.push,
    async end() {
      pieces.end();
      await all;
      if (away) {
        const records = toInsert.map(({ record }) => record);
        written.push({ ...NOTHING, failed: failed(records, away.error), orphans: [] });
      } else if (toInsert.length > 0)
        written.push(await insertChunk([toInsert], parts, deadline, onRejected, tookSome));
      return mergeChunks(written);
    },
  };
}
