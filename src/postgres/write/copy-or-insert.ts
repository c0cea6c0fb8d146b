import { IDENTITY } from '../../definition/notification.ts';
import type { SinkRecord } from '../../record/record.ts';
import type { RecordRow, Row } from '../../record/row.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Copy } from './copy-backoff.ts';
import { decodeLines, encodeLines } from './copy-text.ts';
import { createFeed } from './feed.ts';
import { encodeRow } from './insert.ts';
import { type InsertParts, type Item, insertChunk } from './insert-chunk.ts';
import { failed, NOTHING, type Written } from './written.ts';

/**
 * A chunk of a batch, stored in one transaction when nothing is in its way. Rows are encoded as they come and not kept: a
 * batch of objects that live until it is stored costs the garbage collector more than all else.
 */
export interface Chunk {
  add(rows: readonly RecordRow[]): void;
  /** No more will come. Never throws. */
  end(): Promise<Written>;
}

/** Copies the rows while more come. When one is there already or is refused, all of them are inserted instead. */
export function createCopiedChunk(copy: Copy, parts: InsertParts, deadline: Deadline): Chunk {
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
      if ('error' in known) return { ...NOTHING, failed: failed(records, known.error) };
      if (known.copied) return { ...NOTHING, stored: records, inserted: records.length };
      const items: Item[] = [];
      for await (const some of lines)
        for (const row of decodeLines(some))
          items.push(itemOf(records[items.length] as SinkRecord, row));
      return insertChunk(items, parts, deadline);
    },
  };
}

/** Inserts the rows when all have come. */
export function createInsertedChunk(parts: InsertParts, deadline: Deadline): Chunk {
  const items: Item[] = [];
  return {
    add(rows) {
      for (const { record, row } of rows) items.push(itemOf(record, row));
    },
    end: () => insertChunk(items, parts, deadline),
  };
}

function itemOf(record: SinkRecord, row: Row): Item {
  return { record, id: String(row[IDENTITY]), json: encodeRow(row) };
}
