import definition from '../../sink.config.ts';
import { compileSink } from '../../src/definition/sinks.ts';

/** The sink that ships: notifications. */
export const SINK = compileSink(definition);
