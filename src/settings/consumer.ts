import { type KafkaConnectionSettings, readKafkaConnection } from './kafka.ts';
import type { Reader } from './reader.ts';
import { readGroup, type Values } from './setting.ts';
import { BATCHES } from './table/batches.ts';
import { CONSUMER } from './table/consumer-group.ts';

/** How records are taken from topics and collected into batches. */
export interface ConsumerSettings extends Values<typeof CONSUMER>, Values<typeof BATCHES> {
  readonly connection: KafkaConnectionSettings;
}

/** The same, once it is known which group it joins. */
export type MemberSettings = ConsumerSettings & { readonly groupId: string };

/** Reads the settings of the consumer; what is wrong is noted in `reader`. */
export function readConsumer(reader: Reader): ConsumerSettings {
  const connection = readKafkaConnection(reader);
  const consumer = readGroup(reader, CONSUMER);
  const batches = readGroup(reader, BATCHES);
  // Otherwise a flush would never start.
  reader.atMost(['BATCH_SIZE', batches.batchSize], ['MAX_BATCH_SIZE', batches.maxBatchSize]);
  return { connection, ...consumer, ...batches };
}
