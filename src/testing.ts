import { ddlOf } from './authoring/ddl.ts';
import { createSampler } from './authoring/sample/sampler.ts';
import type { AnyDefinition } from './definition/define.ts';
import { DefinitionError } from './definition/definition-error.ts';
import { tableName } from './definition/names.ts';
import { compileSinks } from './definition/sinks.ts';
import type { EventRecord, KafkaEvent } from './lambda/event.ts';
import { quoteName } from './postgres/identifiers.ts';

export type { KafkaEvent } from './lambda/event.ts';

/** 2025-10-22 00:00 UTC, in milliseconds. */
const SINCE = 1_761_091_200_000;

/**
 * Invents an event of Amazon MSK, as Lambda hands it to the function, whose records a definition takes: the same ones each
 * time, each with a key of its own. A function has one mapping and so one topic; of several definitions, name one.
 *
 * @param definition whose `topic` is a name
 * @param count of records, all of one partition
 * @throws {DefinitionError} when the definition is wrong, or no valid value is known for one of its columns
 */
export function sampleEvent(definition: AnyDefinition, count: number): KafkaEvent {
  const { topic } = definition;
  if (typeof topic !== 'string')
    throw new DefinitionError([`${topic}: topic: must be a name, as an event has records of one`]);
  const sampler = createSampler(definition);
  const records = Array.from({ length: count }, (_, offset): EventRecord => {
    const { key, value, headers } = sampler.make(offset);
    return {
      ...{ topic, partition: 0, offset, timestamp: SINCE + offset, timestampType: 'CREATE_TIME' },
      key: base64(key),
      value: base64(value),
      headers: headers.map((header) => ({ [header.name]: signed(header.value) })),
    };
  });
  return {
    eventSource: 'aws:kafka',
    eventSourceArn: 'arn:aws:kafka:us-east-1:111122223333:cluster/sample/sample-1',
    bootstrapServers: 'sample.kafka.us-east-1.amazonaws.com:9098',
    records: { [`${topic}-0`]: records },
  };
}

/**
 * The SQL that creates the tables of a definition, or of several, with their schemas and enums, where they are not there.
 *
 * @throws {DefinitionError} when a definition is wrong, or does not know the values of an enum
 */
export function createTables(definition: AnyDefinition | readonly AnyDefinition[]): string {
  compileSinks(definition);
  return ddlOf([definition].flat());
}

/**
 * The name of a definition's table, as it stands in SQL.
 *
 * @throws {DefinitionError} when the definition is wrong
 */
export function quotedTable(definition: AnyDefinition): string {
  compileSinks(definition);
  return quoteName(tableName(definition.table) ?? []);
}

function base64(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('base64');
}

/** Java's bytes are signed. */
function signed(bytes: Buffer | null): number[] | null {
  return bytes === null ? null : [...new Int8Array(bytes)];
}
