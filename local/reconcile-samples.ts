import type { CompiledSink } from '../src/definition/compile.ts';
import { ignoresTombstones } from '../src/definition/states.ts';
import type { SinkRecord } from '../src/record/record.ts';
import type { RecordRow } from '../src/record/row.ts';
import type { Table } from '../src/record/table.ts';
import type { ExpectedRow } from './match-rows.ts';
import {
  type Expectation,
  type FoundDeadLetter,
  type Reconciliation,
  reconcile,
} from './reconcile.ts';
import { indexOf, type Samples } from './samples.ts';

/** A topic of a run. */
export interface SampledTopic {
  readonly name: string;
  readonly sink: CompiledSink;
  readonly samples: Samples;
}

/** Where the samples of a run ended. */
export interface SampleReconciliation extends Reconciliation {
  /** Samples whose records are not in their topic as often as they were sent. */
  readonly notProduced: number;
}

/**
 * Matches every record of the topics with the tables and the queue, and the samples with the topics.
 *
 * @param url of the database
 * @param count samples that were sent to each topic
 */
export async function reconcileSamples(
  url: string,
  topics: readonly SampledTopic[],
  count: number,
  records: AsyncIterable<SinkRecord>,
  deadLetters: readonly FoundDeadLetter[],
): Promise<SampleReconciliation> {
  const byName = new Map(topics.map((topic) => [topic.name, topic]));
  const copies = new Map(topics.map(({ name }) => [name, new Map<number, number>()]));
  const expectationOf = (record: SinkRecord): Expectation => {
    const topic = byName.get(record.topic);
    if (!topic) throw new Error(`${record.topic} is no topic of this run.`);
    const index = indexOf(record);
    const seen = copies.get(record.topic);
    seen?.set(index, (seen.get(index) ?? 0) + 1);
    return expected(topic, record, index);
  };
  const tables = topics.map(({ sink }) => sink.table);
  const found = await reconcile(url, tables, records, expectationOf, deadLetters);
  let notProduced = 0;
  for (const { name, samples } of topics)
    for (let index = 0; index < count; index += 1)
      if ((copies.get(name)?.get(index) ?? 0) < samples.copiesOf(index)) notProduced += 1;
  return { ...found, notProduced };
}

/** Why a sample is rejected is known from its index, its row from its definition. */
function expected({ sink, samples }: SampledTopic, record: SinkRecord, index: number): Expectation {
  const rejected = samples.rejectionOf(index);
  if (rejected !== null) return { rejected };
  const { table } = sink;
  if (record.value === null && ignoresTombstones(table, 'dead-letter')) return { passedOver: true };
  const decoded = sink.decode(record);
  if ('rule' in decoded) return { passedOver: true };
  if ('row' in decoded)
    return { table, row: complete(table, decoded), isTombstone: decoded.isTombstone ?? false };
  throw new Error(`The sample ${index} of ${record.topic} must be valid: ${decoded.message}`);
}

/** The row with all columns of its table, where it may lack those that it leaves to their defaults. */
function complete({ columns }: Table, { table, row, absent = [] }: RecordRow): ExpectedRow {
  if (row.length === columns.length)
    return row.map((value, at) => (absent.includes(at) ? undefined : value));
  const values = new Map(table.columns.map(({ name }, position) => [name, row[position]]));
  return columns.map(({ name }) => values.get(name));
}

/** Whether every record is accounted for, once. */
export function isComplete(found: SampleReconciliation): boolean {
  const { notProduced, missing, doubled, unexpected } = countFaults(found);
  return notProduced + missing + doubled + unexpected === 0;
}

/** What is wrong, by kind. Nothing is delivered again in a run, so that a second dead letter is wrong, too. */
export function countFaults(found: SampleReconciliation) {
  return {
    notProduced: found.notProduced,
    missing: found.missing,
    doubled: found.doubledRows + found.repeatedDeadLetters,
    unexpected: found.wrongRows + found.falseDeadLetters + found.wrongReasons,
  };
}
