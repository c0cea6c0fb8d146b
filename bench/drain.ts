import { type Backlog, empty } from './backlog.ts';
import type { Contender } from './contenders/contender.ts';
import { start } from './contenders/start.ts';
import { type DrainFigures, figuresOf } from './figures.ts';
import { watch } from './meter.ts';
import type { KafkaWorld } from './world.ts';

/**
 * Lets a contender empty a topic into the table, which is empty again afterwards.
 *
 * @throws Error when it ends, takes too long, or does not store what it must
 */
export async function drain(
  contender: Contender,
  world: KafkaWorld,
  backlog: Backlog,
): Promise<DrainFigures> {
  const { database, postmaster } = world;
  const running = await start(contender, world, backlog.topic);
  const watching = watch(running.pid, postmaster);
  try {
    await backlog.untilStored(database, running);
    const consumption = watching.read();
    await running.stop();
    await backlog.verify(database, contender.name);
    return figuresOf(running.start, await backlog.readCommits(database), consumption);
  } finally {
    watching.stop();
    await running.stop();
    await empty(database, backlog.table);
  }
}
