import type { KafkaEvent } from '../../../src/lambda/event.ts';
import { openHandler } from '../../../src/lambda/handler.ts';
import { readLambdaSettings } from '../../../src/settings/lambda.ts';
import { createTelemetry } from '../../../src/telemetry/telemetry.ts';
import { SINKS } from '../../support/notifications.ts';

/** A process with a handler, as an environment of the function is one. It handles one event at a time. */
export interface Call {
  readonly event: KafkaEvent;
  readonly remainingMs: number;
}

const settings = readLambdaSettings(process.env);
const { handler } = openHandler(settings, SINKS, await createTelemetry(settings.telemetry));

process.on('message', ({ event, remainingMs }: Call) => {
  const start = performance.now();
  const getRemainingTimeInMillis = () => remainingMs - (performance.now() - start);
  handler(event, { getRemainingTimeInMillis }).then(
    (response) => process.send?.({ response }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit());
