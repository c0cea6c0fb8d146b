import { compare, startTimedWorld } from './compare.ts';
import { limit } from './contenders/limit.ts';
import { nodeLoop } from './contenders/node-loop.ts';
import { buildCommand, FOR_THROUGHPUT, sink } from './contenders/sink.ts';
import { PHASES } from './latency.ts';
import { fillTopic } from './notification-backlog.ts';
import { writePage, writeResults } from './page.ts';
import { run } from './run.ts';

const HELP = `npm run bench:end-to-end [-- --quick] [-- --rounds N] [-- --records N]

A backlog in Kafka is drained into PostgreSQL: by the sink as its bundled command runs it, by the loop that most people
write in Node.js, and by the limit, which is COPY of the same rows. Then latency at a rate. Prints tables, and writes
bench/results/end-to-end.json and docs/peers.md. Needs Java 17, and Maven for the first time.

  --quick      fewer rounds and records, under a minute; writes nothing
  --rounds N   turns of each contender (5)
  --records N  how many are in the topic (300000)
  --help       this text`;

const QUICK_PHASES = [{ rate: 10_000, records: 20_000 }];

const OPTIONS = {
  quick: { type: 'boolean' },
  rounds: { type: 'string' },
  records: { type: 'string' },
} as const;

await run(HELP, OPTIONS, async (cleanup, { quick = false, ...values }) => {
  buildCommand();
  const world = await startTimedWorld(cleanup);
  const records = Number(values.records ?? (quick ? 40_000 : 300_000));
  const backlog = await fillTopic(world, 'backlog', records);
  const eager = sink('kafka-pg-sink, without waiting', { FLUSH_INTERVAL_MS: '0' });
  const ours = [sink('kafka-pg-sink', {}), sink(...FOR_THROUGHPUT)].slice(0, quick ? 1 : 2);
  const { text, raced, latencies } = await compare(world, {
    backlog,
    contenders: [...ours, nodeLoop, limit(backlog.topic, records)],
    ours: ours.slice(0, 1),
    turns: Number(values.rounds ?? (quick ? 2 : 5)),
    timed: quick ? ours : [...ours, eager, nodeLoop],
    phases: quick ? QUICK_PHASES : PHASES,
  });
  if (quick) return;
  writeResults({ 'end-to-end.json': { records, raced, latencies } });
  writePage('peers.md', 'bench:end-to-end', text);
});
