import orders from '../examples/orders/sink.config.ts';
import { readSchema } from '../local/create-tables.ts';
import { markdownTable } from '../local/markdown.ts';
import notifications from '../sink.config.ts';
import type { CompiledSink } from '../src/definition/compile.ts';
import { compileSinks } from '../src/definition/sinks.ts';
import type { KafkaEvent } from '../src/lambda/event.ts';
import { openHandler } from '../src/lambda/handler.ts';
import { readRecords } from '../src/lambda/read-event.ts';
import { createStore } from '../src/postgres/store.ts';
import { isMalformed } from '../src/record/record.ts';
import type { RecordRow } from '../src/record/row.ts';
import { readLambdaSettings } from '../src/settings/lambda.ts';
import { createTelemetry } from '../src/telemetry/telemetry.ts';
import { startDeadline } from '../src/timing/deadline.ts';
import { type Contender, contest, type Result } from './contest.ts';
import { handling } from './handler.ts';
import { ordersEvent } from './orders-event.ts';
import { describeMachine, machineLine } from './report.ts';
import { freshEvent } from './rows.ts';
import { run } from './run.ts';
import { sinkSettings, startWorld } from './world.ts';

const HELP = `npm run bench:orders [-- --records N] [-- --rounds N]

Orders (examples/orders: a key of two columns, numeric, jsonb, rest()) beside notifications: rows to the committed batch, and
events to the response, by turns. Prints both, and the rate of the orders as a share of that of the notifications.

  --records N  in a batch (10000)
  --rounds N   turns of each that count (15)
  --help       this text`;

const OPTIONS = {
  records: { type: 'string', default: '10000' },
  rounds: { type: 'string', default: '15' },
} as const;

await run(HELP, OPTIONS, async (cleanup, values) => {
  const [records, rounds] = [Number(values.records), Number(values.rounds)];
  const world = await startWorld(cleanup, { kafka: false });
  await world.database.query(readSchema('examples/orders/schema.sql'));
  const sinks = compileSinks([notifications, orders]);
  const [ofNotifications, ofOrders] = sinks.all as [CompiledSink, CompiledSink];
  // The telemetry reads the environment of the process.
  const env = {
    ...sinkSettings(world),
    PARTIAL_BATCH_RESPONSE: 'enabled',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  };
  Object.assign(process.env, env);
  const settings = readLambdaSettings(env);
  const store = createStore(settings.sink, { onRetry: () => {}, onCircuit: () => {} });
  cleanup.defer(() => store.close());
  const { handler, close } = openHandler(
    settings,
    sinks,
    await createTelemetry(settings.telemetry),
  );
  cleanup.defer(close);

  const flushing = (name: string, sink: CompiledSink, make: () => KafkaEvent): Contender => ({
    name,
    prepare() {
      const rows = rowsOf(sink, make());
      return async () => {
        const deadline = startDeadline(60_000);
        const { stored } = await store.store(rows, deadline);
        deadline.clear();
        if (stored.length < rows.length) throw new Error(`${name}: ${stored.length} rows stored`);
      };
    },
  });
  const truncate = async () => {
    await world.database.query('TRUNCATE notifications, shop.orders');
  };
  const makeNotifications = () => freshEvent(records);
  const makeOrders = () => ordersEvent(records);
  console.log(machineLine(describeMachine(world.version)));
  show(
    `Flush: ${records} rows`,
    records,
    await contest(
      [
        flushing('notifications', ofNotifications, makeNotifications),
        flushing('orders', ofOrders, makeOrders),
      ],
      truncate,
      rounds,
    ),
  );
  show(
    `Handler: an event of ${records} records → response`,
    records,
    await contest(
      [
        handling('notifications', handler, makeNotifications),
        handling('orders', handler, makeOrders),
      ],
      truncate,
      rounds,
    ),
  );
});

function show(title: string, records: number, results: readonly Result[]): void {
  const rows = results.map(({ name, time, cpu }) => [
    name,
    ...[time.median, time.p95, cpu.median, (records / time.median) * 1000].map(Math.round),
  ]);
  const head = ['', 'median ms', 'P95', 'CPU ms in Node', 'records/s'];
  const [notifications = Number.NaN, orders = Number.NaN] = results.map(({ time }) => time.median);
  const share = `Orders: ${(notifications / orders).toFixed(2)} of the notifications' rate.`;
  console.log(`\n### ${title}\n\n${markdownTable(head, rows)}\n\n${share}`);
}

/** The rows that the sink makes of an event. */
function rowsOf(sink: CompiledSink, event: KafkaEvent): RecordRow[] {
  return [...readRecords(event)].map((record) => {
    const decoded = isMalformed(record) ? null : sink.decode(record);
    if (decoded && 'row' in decoded) return decoded;
    throw new Error('The sink must store every record of a benchmark.');
  });
}
