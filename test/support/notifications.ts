import definition from '../../sink.config.ts';
import type { CompiledSink } from '../../src/definition/compile.ts';
import { compileSinks } from '../../src/definition/sinks.ts';

/** What ships: the sink of the notifications. */
export const SINKS = compileSinks(definition);
export const SINK = SINKS.all[0] as CompiledSink;
