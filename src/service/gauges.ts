import { Gauge, type Registry } from 'prom-client';
import type { ConsumerStatus, Lag } from '../consumer/status.ts';
import { within } from '../timing/within.ts';

/** The part of the consumer that is looked at. */
export interface Observed {
  status(): ConsumerStatus;
  /** Asks Kafka. */
  lag(): Promise<readonly Lag[]>;
}

/** Well below the 10 s that Prometheus waits for a page. */
const LAG_TIMEOUT_MS = 2000;

/** What is looked up when somebody asks. A partition is shown as long as it is this process's. */
export function registerGauges(registry: Registry, consumer: Observed): void {
  const gauge = (name: string, help: string, read: (status: ConsumerStatus) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read(consumer.status()));
      },
    });
  gauge(
    'kafka_pg_sink_joined',
    '1 while this process is a member of its consumer group.',
    ({ joined }) => Number(joined),
  );
  gauge(
    'kafka_pg_sink_waiting_records',
    'Records that wait for the next flush.',
    ({ waiting }) => waiting,
  );
  gauge(
    'kafka_pg_sink_waiting_bytes',
    'Memory of these records.',
    ({ waitingBytes }) => waitingBytes,
  );
  gauge('kafka_pg_sink_paused', '1 while fetching is paused, as too much waits.', ({ paused }) =>
    Number(paused),
  );

  const labelNames = ['topic', 'partition'] as const;
  new Gauge({
    name: 'kafka_pg_sink_partition_pending_records',
    help: 'Records of a partition that were fetched and are not acknowledged.',
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const { topic, partition, pending } of consumer.status().partitions)
        this.set({ topic, partition }, pending);
    },
  });
  new Gauge({
    name: 'kafka_pg_sink_partition_lag_records',
    help: 'Records of a partition between what is acknowledged and its end; absent while Kafka does not answer.',
    labelNames,
    registers: [registry],
    async collect() {
      this.reset();
      for (const { topic, partition, records } of await lagOf(consumer))
        this.set({ topic, partition }, records);
    },
  });
}

/** A page without the lag is worth more than none, or one that comes too late. */
async function lagOf(consumer: Observed): Promise<readonly Lag[]> {
  return within(LAG_TIMEOUT_MS, () => consumer.lag()).catch(() => []);
}
