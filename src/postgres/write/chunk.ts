import { IDENTITY, type Row } from '../../definition/notification.ts';
import type { Delivery } from '../../lambda/read-event.ts';
import type { Fit } from '../../sink/decode.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Copy } from './copy-backoff.ts';
import { decodeLines, encodeLines } from './copy-text.ts';
import { createFeed } from './feed.ts';
import type { Stored } from './flush.ts';
import { encodeRow } from './insert.ts';
import { fail, type InsertParts, type Item, insertPart } from './insert-chunk.ts';

/**
 * A part of a batch, stored in one transaction where nothing is in its way. Rows are encoded as they come and not kept: a
 * batch of objects that live until it is stored costs the garbage collector more than all else.
 */
export interface Part {
  add(rows: readonly Fit[]): void;
  /** No more will come. Never throws. */
  end(): Promise<Stored>;
}

/** Copies the rows while more come, which stores them unless one is there already or is refused; then they are inserted. */
export function createCopiedPart(copy: Copy, parts: InsertParts, deadline: Deadline): Part {
  const deliveries: Delivery[] = [];
  const lines = createFeed<Buffer>();
  const outcome = copy(lines, deadline).then(
    (copied) => ({ copied }),
    (error: unknown) => ({ error }),
  );
  return {
    add(rows) {
      for (const { delivery } of rows) deliveries.push(delivery);
      lines.push(encodeLines(rows));
    },
    async end() {
      lines.end();
      const known = await outcome;
      if ('error' in known)
        return { stored: [], inserted: 0, refused: [], failed: fail(deliveries, known.error) };
      if (known.copied)
        return { stored: deliveries, inserted: deliveries.length, refused: [], failed: [] };
      const items: Item[] = [];
      for await (const some of lines)
        for (const row of decodeLines(some))
          items.push(itemOf(deliveries[items.length] as Delivery, row));
      return insertPart(items, parts, deadline);
    },
  };
}

/** Inserts the rows when all have come. */
export function createInsertedPart(parts: InsertParts, deadline: Deadline): Part {
  const items: Item[] = [];
  return {
    add(rows) {
      for (const { delivery, row } of rows) items.push(itemOf(delivery, row));
    },
    end: () => insertPart(items, parts, deadline),
  };
}

function itemOf(delivery: Delivery, row: Row): Item {
  return { delivery, id: String(row[IDENTITY]), json: encodeRow(row) };
}
