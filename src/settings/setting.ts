import type { Kind } from './kinds.ts';
import type { Reader } from './reader.ts';

/** One variable of the environment: all that is known of it, for the reader, the flags, the help and the docs. */
export interface Setting<T = unknown> {
  readonly variable: string;
  /**
   * Option of `kafka-pg-sink consume`, without the dashes; the variable's name in lower case when it is left out. Null for
   * a credential, because a command line shows in the list of processes.
   */
  readonly flag?: string | null;
  readonly kind: Kind<T>;
  /** What counts when it is not set, written as it would be set. */
  readonly default?: string;
  /** What counts when it is not set, in words, when other settings decide it. */
  readonly unset?: string;
  /** Whether nothing works without it. */
  readonly required?: true;
  /** What it is for: a phrase for tables. */
  readonly help: string;
}

/** Settings of one subject; each under the name that it has in the objects that are read. */
export interface Group {
  readonly subject: string;
  /** The function alone, `kafka-pg-sink consume` alone, or both: the sink behind them. */
  readonly readBy: 'sink' | 'lambda' | 'consume';
  readonly settings: Readonly<Record<string, Setting>>;
}

type Value<S> = S extends { readonly kind: Kind<infer T> }
  ? S extends { readonly default: string } | { readonly required: true }
    ? T
    : T | undefined
  : never;

/** The values of a group; undefined for what is not set and has no default. */
export type Values<G extends Group> = {
  readonly [Name in keyof G['settings']]: Value<G['settings'][Name]>;
};

/** Reads all settings of a group. */
export function readGroup<G extends Group>(reader: Reader, { settings }: G): Values<G> {
  const values = Object.entries(settings).map(([name, setting]) => [
    name,
    readSetting(reader, setting),
  ]);
  return Object.fromEntries(values) as Values<G>;
}

/** Reads one setting. */
export function readSetting<T>(reader: Reader, setting: Setting<T>): T | undefined {
  const { variable, kind, required } = setting;
  if (required) return reader.required(variable, kind);
  return setting.default === undefined
    ? reader.optional(variable, kind)
    : reader.withDefault(variable, kind, setting.default);
}
