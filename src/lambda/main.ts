import { readLambdaSettings } from '../settings/lambda.ts';
import { createHandler } from './handler.ts';

/** The function's entry: its parts are built once an environment; a wrong setting stops it here. */
export const { handler, close } = createHandler(readLambdaSettings(process.env));
