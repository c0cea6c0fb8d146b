import { SinkError, StoreError } from '../errors.ts';
import type { Failed, Unfit } from '../fate.ts';
import type { Delivery } from '../kafka/read-event.ts';
import { IDENTITY, type Row } from '../notification.ts';
import type { Deadline } from '../sink/deadline.ts';
import type { Fit } from '../sink/decode.ts';
import type { Invalid } from './find-invalid.ts';
import { encodeRow } from './insert.ts';
import { isolate } from './isolate.ts';
import type { TryCopy } from './optimist.ts';

/** Stores encoded rows, all or none, and tells how many were new. */
export type Insert = (rows: readonly string[], deadline: Deadline) => Promise<number>;

/** Tells which rows hold a value that its column's type refuses; none where it cannot tell. */
export type FindInvalid = (
  rows: readonly string[],
  deadline: Deadline,
) => Promise<readonly Invalid[]>;

export interface StoreParts {
  readonly copy: TryCopy;
  readonly insert: Insert;
  readonly findInvalid: FindInvalid;
}

interface Item {
  readonly delivery: Delivery;
  readonly row: Row;
  /** The row as the insert takes it; written when it is first asked for. */
  json(): string;
}

/** Items in the order of their identity. */
interface Part {
  /** One for each identity. */
  readonly items: readonly Item[];
  /** Others of an identity that is among the items. */
  readonly repeats: readonly Item[];
}

export interface Stored {
  readonly stored: readonly Delivery[];
  /** Of those stored, how many were not there before. */
  readonly inserted: number;
  /** Refused by PostgreSQL. */
  readonly refused: readonly Unfit[];
  readonly failed: readonly Failed[];
}

/** A whole batch, with the time that it took in milliseconds. */
export interface StoredBatch extends Stored {
  readonly flushMs: number;
}

/** The class of SQLSTATEs that say that a value is none of its type. */
const DATA_EXCEPTION = '22';

/** Rows below which a second connection costs more than it brings. */
const MIN_PART = 500;

/** Rows below which COPY, which asks before it sends, loses with its second round trip more than it gains. */
const MIN_COPY = 50;

/**
 * Stores a batch: in parts, side by side, each in one statement where nothing is in its way.
 *
 * The same row always comes into the same part, and each part is stored in the order of its identity. Two statements
 * that insert the same rows, here or in another process, so wait for each other instead of deadlocking.
 *
 * @param connections parts at most
 */
export async function store(
  batch: readonly Fit[],
  parts: StoreParts,
  connections: number,
  deadline: Deadline,
): Promise<StoredBatch> {
  const start = performance.now();
  const count = Math.max(1, Math.min(connections, Math.floor(batch.length / MIN_PART)));
  const results = await Promise.all(
    split(batch, count).map((part) => storePart(part, parts, deadline)),
  );
  return { ...together(results), flushMs: performance.now() - start };
}

function together(results: readonly Stored[]): Stored {
  return {
    stored: results.flatMap(({ stored }) => stored),
    inserted: results.reduce((sum, { inserted }) => sum + inserted, 0),
    refused: results.flatMap(({ refused }) => refused),
    failed: results.flatMap(({ failed }) => failed),
  };
}

function split(batch: readonly Fit[], count: number): Part[] {
  const parts = Array.from({ length: count }, () => ({
    items: [] as Item[],
    repeats: [] as Item[],
  }));
  const sorted = batch
    .map(({ delivery, row }) => ({ delivery, row, id: String(row[IDENTITY]) }))
    .sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  let before: string | null = null;
  for (const { delivery, row, id } of sorted) {
    const part = parts[digest(id) % count];
    part?.[id === before ? 'repeats' : 'items'].push({ delivery, row, json: lazily(row) });
    before = id;
  }
  return parts;
}

/** Isolation sends a row several times. */
function lazily(row: Row): () => string {
  let json: string | undefined;
  return () => {
    json ??= encodeRow(row);
    return json;
  };
}

/** The same number for the same id. The last characters of a UUID are, unlike its first, random in every version. */
function digest(id: string): number {
  let sum = 0;
  for (let at = Math.max(0, id.length - 4); at < id.length; at += 1) sum += id.charCodeAt(at);
  return sum;
}

/**
 * Copies the part, which stores it unless a row is there already or is refused; then it is inserted. So are its repeats:
 * the first of an identity stays, and where that is refused, another has its chance.
 */
async function storePart(
  { items, repeats }: Part,
  parts: StoreParts,
  deadline: Deadline,
): Promise<Stored> {
  const first = await copyOrInsert(items, parts, deadline);
  if (repeats.length === 0) return first;
  return together([first, await insertPart(repeats, parts, deadline)]);
}

async function copyOrInsert(
  items: readonly Item[],
  parts: StoreParts,
  deadline: Deadline,
): Promise<Stored> {
  if (items.length === 0) return together([]);
  try {
    const rows = items.map(({ row }) => row);
    const copied = items.length >= MIN_COPY && (await parts.copy(rows, deadline));
    if (!copied) return await insertPart(items, parts, deadline);
    return { stored: items.map(deliveryOf), inserted: items.length, refused: [], failed: [] };
  } catch (error) {
    return { ...together([]), failed: fail(items, error) };
  }
}

/**
 * Tries the whole part. Where a value was refused by its type, PostgreSQL is asked which rows hold such values, as that
 * is one statement for all of them. What it refuses of the others, for a constraint, is searched for.
 */
async function insertPart(
  part: readonly Item[],
  { insert, findInvalid }: StoreParts,
  deadline: Deadline,
): Promise<Stored> {
  let inserted = 0;
  const attempt = async (chunk: readonly Item[]) => {
    try {
      inserted += await insert(rowsOf(chunk), deadline);
      return null;
    } catch (error) {
      if (error instanceof StoreError && error.fault === 'record') return error;
      throw error;
    }
  };
  try {
    const refusal = await attempt(part);
    if (!refusal) return { stored: part.map(deliveryOf), inserted, refused: [], failed: [] };
    const invalid = refusal.code?.startsWith(DATA_EXCEPTION)
      ? await findInvalid(rowsOf(part), deadline)
      : [];
    const sqlstates = new Map(invalid.map(({ position, sqlstate }) => [position, sqlstate]));
    const others = part.filter((_, position) => !sqlstates.has(position));
    const { done, offenders, rest, error } = await isolate(others, attempt, invalid.length === 0);
    return {
      stored: done.map(deliveryOf),
      inserted,
      refused: [
        ...part.flatMap((item, position) => {
          const sqlstate = sqlstates.get(position);
          return sqlstate ? [unstorable(item, sqlstate, null)] : [];
        }),
        ...offenders.map(({ item, refusal }) => unstorable(item, refusal.code, refusal.constraint)),
      ],
      failed: fail(rest, error),
    };
  } catch (error) {
    return { stored: [], inserted, refused: [], failed: fail(part, error) };
  }
}

const deliveryOf = ({ delivery }: Item): Delivery => delivery;
const rowsOf = (items: readonly Item[]): string[] => items.map(({ json }) => json());

function unstorable({ delivery }: Item, sqlstate: string | null, constraint: string | null): Unfit {
  return {
    delivery,
    reason: 'unstorable',
    message: `refused by PostgreSQL: SQLSTATE ${sqlstate}${constraint ? `, constraint ${constraint}` : ''}`,
    details: { sqlstate, constraint, issues: [] },
  };
}

/** An error of no known class is a mistake in the code. It must not escape: the other records have their fates. */
function fail(rest: readonly Item[], error: unknown): Failed[] {
  const cause =
    error instanceof SinkError
      ? error
      : new StoreError('deployment', 'The sink itself failed while it stored.', null, null);
  return rest.map(({ delivery }) => ({ delivery, cause }));
}
