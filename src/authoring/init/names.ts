import { tableName } from '../../definition/names.ts';
import { TOPIC_NAME } from '../../record/coordinates.ts';

/** What a project is called, and what it stores where. */
export interface Names {
  /** Of the package, the service and the consumer group. */
  readonly name: string;
  readonly topic: string;
  /** As SQL has it: quoted where it must be. */
  readonly table: string;
}

/** Begins the names of the stack and of the function, of which Lambda allows 64 characters with the stage's. */
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** What is wrong with a name; null where nothing is. */
export const problemOf: Readonly<Record<keyof Names, (text: string) => string | null>> = {
  name: (text) =>
    NAME.test(text)
      ? null
      : 'must be a name of up to 40 lower-case letters, digits and dashes, a-z in front',
  topic: (text) =>
    TOPIC_NAME.test(text)
      ? null
      : 'must be the name of a topic: up to 249 letters, digits, dots, dashes and underscores',
  table: (text) =>
    tableName(text)
      ? null
      : "must be a table's name of up to 63 bytes, such as orders or shop.orders",
};

/** The table of a topic, where nobody has named one. */
export function defaultTable(topic: string): string {
  return topic.replace(/[.-]+/g, '_').toLowerCase();
}

/** The name of a project in a folder, where nobody has given one. */
export function defaultName(folder: string): string {
  return folder.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}
