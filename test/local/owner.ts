/**
 * A process to be killed by a test: starts one server, prints its pid as a line of JSON, stays.
 * `argv[2]` is `postgres` or `kafka`.
 */
import { startKafka } from '../../local/kafka.ts';
import { startPostgres } from '../../local/postgres.ts';

process.on('SIGINT', () => {}); // as `npm start` does: it decides itself when to stop what
const server = process.argv[2] === 'kafka' ? await startKafka() : await startPostgres();
console.log(JSON.stringify({ pid: server.pid }));
