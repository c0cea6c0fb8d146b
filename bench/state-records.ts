import { createHash } from 'node:crypto';
import { PARTITIONS } from './sample.ts';

/** Keys of the states. */
export const KEYS = 10_000;

/** One of so many records is a tombstone. */
const TOMBSTONE_IN = 10;

/** Each of so many records of a partition is a marker. */
const MARKER_IN = 500;

/** The first key of markers. */
export const MARKERS = 1_000_000_000;

/** What a key is now. */
export interface State {
  readonly name: string;
  readonly email: string;
  readonly points: number;
  /** ISO 8601. */
  readonly updated_at: string;
}

/** A record of a topic of states. */
export interface StateRecord {
  readonly partition: number;
  readonly offset: number;
  /** Time in ms since 1970; whole seconds, as Debezium's arrays leave out what is finer. */
  readonly timestamp: number;
  readonly id: number;
  /** Null in a tombstone: the key is gone. */
  readonly state: State | null;
}

/**
 * Makes the records of a topic, in their order: states of keys at random, and tombstones. Among them, and at the end of every
 * partition, are markers: rows that nothing overwrites, so that the commit of one tells when its partition had come so far.
 * The `points` of a marker are the records since the one before it, itself included.
 *
 * @param count of all of them
 * @param since when the first one was made, in ms since 1970; the others, a millisecond later each
 */
export function* makeStates(count: number, since: number): Generator<StateRecord> {
  const places = Array.from({ length: PARTITIONS }, (_, partition) => ({
    ...{ partition, offset: 0, marked: 0 },
  }));
  let markers = 0;
  for (let index = 0; index < count - PARTITIONS; index += 1) {
    const at = new Date(since + index);
    const { id, isTombstone, points } = draw(index);
    const place = places[id % PARTITIONS] as Place;
    if (place.offset % MARKER_IN === MARKER_IN - 1) yield mark(place, at);
    else yield append(place, at, id, isTombstone ? null : stateOf(id, points, at));
  }
  for (const place of places) yield mark(place, new Date(since + count));

  function mark(place: Place, at: Date): StateRecord {
    const points = place.offset + 1 - place.marked;
    place.marked += points;
    const id = MARKERS + markers;
    markers += 1;
    return append(place, at, id, stateOf(id, points, at));
  }
}

/** The end of a partition, and where its last marker is. */
interface Place {
  readonly partition: number;
  offset: number;
  marked: number;
}

function append(place: Place, at: Date, id: number, state: State | null): StateRecord {
  const { partition, offset } = place;
  place.offset += 1;
  const timestamp = Math.floor(at.getTime() / 1000) * 1000;
  return { partition, offset, timestamp, id, state };
}

function stateOf(id: number, points: number, at: Date): State {
  const [name, email] = [`Customer ${id}`, `customer-${id}@example.com`];
  return { name, email, points, updated_at: at.toISOString() };
}

/** What is random of a record, the same in every run. */
function draw(index: number) {
  const bytes = createHash('md5').update(String(index)).digest();
  return {
    id: bytes.readUInt32LE(0) % KEYS,
    isTombstone: bytes.readUInt32LE(4) % TOMBSTONE_IN === 0,
    points: bytes.readUInt16LE(8),
  };
}
