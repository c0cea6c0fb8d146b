import { readConfig } from '../settings/sink.ts';
import { createTelemetry, readTelemetrySettings } from '../telemetry/telemetry.ts';
import { createHandler } from './handler.ts';

/** The function's entry: its parts are built once an environment; a wrong setting stops it here. */
const settings = readConfig(process.env);
const telemetry = await createTelemetry(readTelemetrySettings(process.env));

export const { handler, close } = createHandler(settings, telemetry);
