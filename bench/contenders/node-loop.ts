import { fileURLToPath } from 'node:url';
import { CONNECTIONS, type Contender } from './contender.ts';

const LOOP = fileURLToPath(new URL('./node-loop-process.ts', import.meta.url));

/** The loop that most people write in Node.js. */
export const nodeLoop: Contender = {
  name: 'Node.js loop (kafkajs, pg)',
  settings: `eachBatch, partitionsConsumedConcurrently 3, fetches of its defaults (1 MB a partition), pg.Pool of ${CONNECTIONS}, one INSERT … VALUES … ON CONFLICT DO NOTHING for each batch`,
  prepare: ({ world, topic, group }) => ({
    command: process.execPath,
    args: [LOOP, world.servers, topic, group, String(CONNECTIONS)],
    env: { DATABASE_URL: world.postgresUrl },
  }),
};
