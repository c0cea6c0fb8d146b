import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bars } from './bars.ts';
import { findConnect } from './contenders/connect-distribution.ts';
import { debeziumSettings } from './contenders/debezium-settings.ts';
import { limit } from './contenders/limit.ts';
import { nodeLoop } from './contenders/node-loop.ts';
import { sink } from './contenders/sink.ts';
import { measureLatency, PHASES } from './latency.ts';
import { publish } from './page.ts';
import { fillTopic, race } from './race.ts';
import { costTable, latencyTable, machineText, rateTable, settingsList } from './race-report.ts';
import { run } from './run.ts';
import { startWorld } from './world.ts';

const HELP = `npm run bench:peers [-- --quick] [-- --tried] [-- --rounds N] [-- --records N]

The sink beside those that could be in its place: Debezium's JDBC sink on Kafka Connect, and the loop that most people
write in Node.js. Same topic, same records, same PostgreSQL, in turns. Prints tables, and writes bench/results/ and
docs/peers.md. Needs Java 17, and Maven for the first time.

  --quick      fewer rounds and records; writes nothing
  --tried      only Debezium, with all settings that were tried; writes nothing
  --rounds N   turns of each contender (3)
  --records N  how many are in the topic (300000)
  --help       this text`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    tried: { type: 'boolean' },
    rounds: { type: 'string' },
    records: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) console.log(HELP);
else await run(main);

async function main(cleanup: AsyncDisposableStack): Promise<void> {
  const { quick = false, tried = false } = values;
  const distribution = await findConnect(process.env, (line) => console.error(`… ${line}`));
  execFileSync('npm', ['run', '--silent', 'build:command'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  const world = await startWorld(cleanup, { track_commit_timestamp: 'on' });
  const records = Number(values.records ?? (quick ? 50_000 : 300_000));
  const load = await fillTopic(world, 'backlog', records);
  const ours = sink('kafka-pg-sink', {});
  const { chosen, left } = debeziumSettings(distribution);
  const contenders = tried
    ? [...chosen, ...left]
    : [ours, nodeLoop, ...chosen, limit(load.run, records)];
  const turns = Number(values.rounds ?? (quick ? 2 : 3));
  const raced = await race(contenders, world, load, turns);
  const latencies = [];
  for (const contender of quick || tried ? [] : [ours, nodeLoop, ...chosen.slice(1)]) {
    console.error(`… latency: ${contender.name}`);
    const found = await measureLatency(contender, world, PHASES);
    latencies.push({ name: contender.name, latencies: found });
  }
  const text = [
    machineText(world, load, turns),
    settingsList(raced),
    rateTable(raced),
    costTable(raced),
    ...(latencies.length > 0 ? [latencyTable(latencies)] : []),
  ].join('\n\n');
  console.log(text);
  if (quick || tried) return;
  const steady = raced.map(({ name, figures }) => ({ name, value: figures.steadyRate.median }));
  const plot = bars('From Kafka into PostgreSQL: records a second', steady);
  publish('peers', text, { records, raced, latencies }, plot);
}
