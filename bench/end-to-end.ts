import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { limit } from './contenders/limit.ts';
import { nodeLoop } from './contenders/node-loop.ts';
import { FOR_THROUGHPUT, sink } from './contenders/sink.ts';
import { measureLatency, PHASES } from './latency.ts';
import { publish } from './page.ts';
import { fillTopic, race } from './race.ts';
import { costTable, latencyTable, machineText, rateTable, settingsList } from './race-report.ts';
import { run } from './run.ts';
import { startWorld } from './world.ts';

const HELP = `npm run bench:end-to-end [-- --quick] [-- --rounds N] [-- --records N]

A backlog in Kafka is drained into PostgreSQL: by the sink as its bundled command runs it, by the loop that most people
write in Node.js, and by the limit, which is COPY of the same rows. Then latency at a rate. Prints tables, and writes
bench/results/end-to-end.json and docs/peers.md. Needs Java 17, and Maven for the first time.

  --quick      fewer rounds and records, under a minute; writes nothing
  --rounds N   turns of each contender (5)
  --records N  how many are in the topic (300000)
  --help       this text`;

const QUICK_PHASES = [{ rate: 10_000, records: 20_000 }];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    rounds: { type: 'string' },
    records: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) console.log(HELP);
else await run(main);

async function main(cleanup: AsyncDisposableStack): Promise<void> {
  const { quick = false } = values;
  execFileSync('npm', ['run', '--silent', 'build:command'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  const world = await startWorld(cleanup, { track_commit_timestamp: 'on' });
  const records = Number(values.records ?? (quick ? 40_000 : 300_000));
  const load = await fillTopic(world, 'backlog', records);
  const ours = [sink('kafka-pg-sink', {}), sink(...FOR_THROUGHPUT)].slice(0, quick ? 1 : 2);
  const contenders = [...ours, nodeLoop, limit(load.run, records)];
  const turns = Number(values.rounds ?? (quick ? 2 : 5));
  const raced = await race(contenders, world, load, turns);
  const latencies = [];
  for (const contender of quick ? ours : [...ours, nodeLoop]) {
    console.error(`… latency: ${contender.name}`);
    const found = await measureLatency(contender, world, quick ? QUICK_PHASES : PHASES);
    latencies.push({ name: contender.name, latencies: found });
  }
  const text = [
    machineText(world, load, turns),
    settingsList(raced),
    rateTable(raced),
    costTable(raced),
    latencyTable(latencies),
  ].join('\n\n');
  console.log(text);
  if (!quick) publish('end-to-end', text, { records, raced, latencies });
}
