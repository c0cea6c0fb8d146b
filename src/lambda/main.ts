import definition from '../../sink.config.ts';
import { compileSinks } from '../definition/sinks.ts';
import { readLambdaSettings } from '../settings/lambda.ts';
import { createTelemetry } from '../telemetry/telemetry.ts';
import { createHandler } from './handler.ts';

/** The function's entry: its parts are built once an environment; a wrong setting stops it here. */
const settings = readLambdaSettings(process.env);
const telemetry = await createTelemetry(settings.telemetry);

export const { handler, close } = createHandler(settings, compileSinks(definition), telemetry);
