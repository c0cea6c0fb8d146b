import { compare, PEERS_OPTIONS, startTimedWorld } from './compare.ts';
import { findConnect } from './contenders/connect-distribution.ts';
import { debeziumStateSettings } from './contenders/debezium-settings.ts';
import { buildCommand, FOR_THROUGHPUT, sink } from './contenders/sink.ts';
import { writePage, writeResults } from './page.ts';
import { run } from './run.ts';
import { fillStates } from './state-backlog.ts';
import { CREATE_TABLE, DEFINITION } from './state-table.ts';

const HELP = `npm run bench:states-peers [-- --quick] [-- --tried] [-- --rounds N] [-- --records N]

A table of states, deletes included, filled by the sink and by Debezium's JDBC sink on Kafka Connect. Same topic, same records,
same PostgreSQL, in turns. Prints tables, and writes bench/results/states-peers.json and docs/state-tables.md. Needs Java 17,
and Maven for the first time.

  --quick      few records in 2 rounds; writes nothing
  --tried      only Debezium, with all settings that were tried; writes nothing
  --rounds N   turns of each contender (3)
  --records N  how many are in the topic (200000)
  --help       this text`;

await run(HELP, PEERS_OPTIONS, async (cleanup, { quick = false, tried = false, ...values }) => {
  const distribution = await findConnect(process.env, (line) => console.error(`… ${line}`));
  buildCommand();
  const world = await startTimedWorld(cleanup);
  await world.database.query(CREATE_TABLE);
  const records = Number(values.records ?? (quick ? 30_000 : 200_000));
  const backlog = await fillStates(world, 'states', records);
  const { chosen, left } = debeziumStateSettings(distribution);
  const ours = [sink('kafka-pg-sink', {}, DEFINITION), sink(...FOR_THROUGHPUT, DEFINITION)];
  const { text, raced } = await compare(world, {
    backlog,
    contenders: tried ? [...chosen, ...left] : [...ours, ...chosen],
    ours: tried ? [] : ours,
    turns: Number(values.rounds ?? (quick ? 2 : 3)),
    timed: [],
    phases: [],
  });
  if (quick || tried) return;
  writeResults({ 'states-peers.json': { records, raced } });
  writePage('state-tables.md', 'bench:states-peers', text);
});
