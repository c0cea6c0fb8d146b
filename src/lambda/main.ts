import definition from '../../sink.config.ts';
import { createHandler } from './create-handler.ts';

/** The entry of the function that ships. A wrong setting stops it here. */
export const handler = createHandler(definition);
