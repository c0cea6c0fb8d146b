import { DefinitionError } from '../../definition/definition-error.ts';
import type { CompiledSinks } from '../../definition/sinks.ts';

/** A path into JSON: names of fields, and indexes of arrays as digits. */
type Path = readonly string[];

/** What is shown of JSON. What no path says anything of is masked. */
export interface Rule {
  /** Masked, with all that is within. */
  readonly masked: readonly Path[];
  /** Shown, with all that is within but is not masked. */
  readonly shown: readonly Path[];
  /** Whether fields that no path leads to are shown too. */
  readonly rest: boolean;
}

/** What is shown of a record. */
export interface Redaction {
  readonly value: Rule;
  readonly key: Rule;
  header(name: string): Rule;
  /** Of the row, by the names of its columns. */
  readonly row: Rule;
}

export const MASK_ALL: Rule = { masked: [], shown: [], rest: false };
export const SHOW_ALL: Rule = { masked: [], shown: [[]], rest: false };

const NOTHING_KNOWN: Redaction = {
  ...{ value: MASK_ALL, key: MASK_ALL, row: MASK_ALL },
  header: () => MASK_ALL,
};

/** @param topic of a record; null where it is not known */
export type Redact = (topic: string | null) => Redaction;

/**
 * Shows what columns take that are not sensitive. A field that no column takes may be a sensitive one under a wrong name,
 * so it is masked. Of a topic without a definition everything is masked.
 */
export function redactionsOf({ sinkOf }: Pick<CompiledSinks, 'sinkOf'>): Redact {
  return (topic) => {
    const sink = topic === null ? null : sinkOf(topic);
    if (sink === null || sink instanceof DefinitionError) return NOTHING_KNOWN;
    const { columns, fields, keys, headers, shown } = sink.sensitive;
    return {
      value: { masked: fields, shown: shown.fields, rest: shown.rest },
      key: { masked: keys, shown: shown.keys, rest: false },
      header: (name) =>
        shown.headers.includes(name) && !headers.includes(name) ? SHOW_ALL : MASK_ALL,
      row: { masked: columns.map((name) => [name]), shown: [[]], rest: false },
    };
  };
}

/** Whether all of a key, a header or a value is shown. */
export function showsAll({ masked, shown }: Rule): boolean {
  return masked.length === 0 && shown.some((path) => path.length === 0);
}
