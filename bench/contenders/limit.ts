import { fileURLToPath } from 'node:url';
import { LIMIT } from '../report.ts';
import { CONNECTIONS, type Contender } from './contender.ts';

const COPY = fileURLToPath(new URL('./limit-process.ts', import.meta.url));

/** Rows of one COPY, in a transaction of its own. */
const ROWS = 10_000;

/** The same rows, encoded already, straight into the table: no Kafka, no decoding, no regard to duplicates. */
export function limit(run: string, records: number): Contender {
  return {
    name: LIMIT,
    settings: `${CONNECTIONS} connections, ${ROWS.toLocaleString('en')} rows a COPY, encoded before`,
    prepare: ({ world, topic }) => ({
      command: process.execPath,
      args: [COPY, topic, run, ...[records, ROWS, CONNECTIONS].map(String)],
      env: { DATABASE_URL: world.postgresUrl },
    }),
  };
}
