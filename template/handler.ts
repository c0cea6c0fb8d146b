import { createHandler } from 'kafka-pg-sink/lambda';
import definition from './sink.config.ts';

export const handler = createHandler(definition);
