import { bars } from './bars.ts';
import { compare, PEERS_OPTIONS, startTimedWorld } from './compare.ts';
import { findConnect } from './contenders/connect-distribution.ts';
import { debeziumSettings } from './contenders/debezium-settings.ts';
import { limit } from './contenders/limit.ts';
import { nodeLoop } from './contenders/node-loop.ts';
import { buildCommand, sink } from './contenders/sink.ts';
import { PHASES } from './latency.ts';
import { fillTopic } from './notification-backlog.ts';
import { writePage, writeResults } from './page.ts';
import { run } from './run.ts';

const HELP = `npm run bench:peers [-- --quick] [-- --tried] [-- --rounds N] [-- --records N]

The sink beside those that could be in its place: Debezium's JDBC sink on Kafka Connect, and the loop that most people
write in Node.js. Same topic, same records, same PostgreSQL, in turns. Prints tables, and writes bench/results/ and
docs/peers.md. Needs Java 17, and Maven for the first time.

  --quick      fewer rounds and records; writes nothing
  --tried      only Debezium, with all settings that were tried; writes nothing
  --rounds N   turns of each contender (3)
  --records N  how many are in the topic (300000)
  --help       this text`;

await run(HELP, PEERS_OPTIONS, async (cleanup, { quick = false, tried = false, ...values }) => {
  const distribution = await findConnect(process.env, (line) => console.error(`… ${line}`));
  buildCommand();
  const world = await startTimedWorld(cleanup);
  const records = Number(values.records ?? (quick ? 50_000 : 300_000));
  const backlog = await fillTopic(world, 'backlog', records);
  const ours = sink('kafka-pg-sink', {});
  const { chosen, left } = debeziumSettings(distribution);
  const { text, raced, latencies } = await compare(world, {
    backlog,
    contenders: tried
      ? [...chosen, ...left]
      : [ours, nodeLoop, ...chosen, limit(backlog.topic, records)],
    ours: tried ? [] : [ours],
    turns: Number(values.rounds ?? (quick ? 2 : 3)),
    timed: quick || tried ? [] : [ours, nodeLoop, ...chosen.slice(1)],
    phases: PHASES,
  });
  if (quick || tried) return;
  const steady = raced.map(({ name, figures }) => ({ name, value: figures.steadyRate.median }));
  writeResults({
    'peers.json': { records, raced, latencies },
    'peers.svg': bars('From Kafka into PostgreSQL: records a second', steady),
  });
  writePage('peers.md', 'bench:peers', text);
});
