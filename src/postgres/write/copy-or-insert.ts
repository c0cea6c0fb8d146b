import type { SinkRecord } from '../../record/record.ts';
import type { RecordRow } from '../../record/row.ts';
import type { Values } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Copy } from './copy/copy-backoff.ts';
import { decodeLines, encodeLines } from './copy/copy-text.ts';
import { createFeed } from './copy/feed.ts';
import { insertChunk } from './insert-chunk.ts';
import type { InsertParts, WrittenChunk } from './insert-some.ts';
import type { Item } from './item.ts';
import type { KeyOf } from './key.ts';
import { createPieces } from './pieces.ts';
import type { OnRejected } from './rejection.ts';
import { failed, NOTHING } from './written.ts';

/**
 * A chunk of a batch, stored in one transaction when nothing is in its way. Rows are encoded as they come and not kept: a
 * batch of objects that live until it is stored costs the garbage collector more than all else.
 */
export interface Chunk {
  add(rows: readonly RecordRow[]): void;
  /** No more will come. Never throws. */
  end(): Promise<WrittenChunk>;
}

export interface ChunkParts extends InsertParts {
  readonly keyOf: KeyOf;
}

/** Copies the rows while more come. When one is there already or is refused, all of them are inserted instead. */
export function createCopiedChunk(
  copy: Copy,
  parts: ChunkParts,
  deadline: Deadline,
  onRejected: OnRejected,
): Chunk {
  const records: SinkRecord[] = [];
  const lines = createFeed<Buffer>();
  const outcome = copy(lines, deadline).then(
    (copied) => ({ copied }),
    (error: unknown) => ({ error }),
  );
  return {
    add(rows) {
      for (const { record } of rows) records.push(record);
      lines.push(encodeLines(rows));
    },
    async end() {
      lines.end();
      const known = await outcome;
      if ('error' in known)
        return { ...NOTHING, failed: failed(records, known.error), orphans: [] };
      if (known.copied !== null) {
        const [inserted, keptOut] = [known.copied, records.length - known.copied];
        return { ...NOTHING, stored: records, inserted, keptOut, orphans: [] };
      }
      const items: Item[] = [];
      for await (const some of lines)
        for (const row of decodeLines(some))
          items.push(itemOf(parts, records[items.length] as SinkRecord, row));
      return insertChunk([items], parts, deadline, onRejected);
    },
  };
}

/**
 * Inserts the rows while more come: what has come while one piece is inserted is the next. So PostgreSQL and the decoding
 * work side by side, and what is refused is known before the last row has come.
 */
export function createInsertedChunk(
  parts: ChunkParts,
  deadline: Deadline,
  onRejected: OnRejected,
): Chunk {
  const pieces = createPieces<Item>(MIN_PIECE);
  const inserting = insertChunk(pieces, parts, deadline, onRejected);
  return {
    add: (rows) => pieces.push(rows.map(({ record, row }) => itemOf(parts, record, row))),
    end() {
      pieces.end();
      return inserting;
    },
  };
}

/** Rows for which a statement of their own, and its commit, cost little beside them. */
const MIN_PIECE = 1000;

export function itemOf({ keyOf }: ChunkParts, record: SinkRecord, row: Values): Item {
  return { record, key: keyOf(row), row };
}
