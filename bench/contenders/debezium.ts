import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOGGING_FILE } from '../../local/kafka-settings.ts';
import type { ConnectDistribution } from './connect-distribution.ts';
import type { Contender, Job } from './contender.ts';
import type { DebeziumTable, Properties } from './debezium-table.ts';

/** As Kafka's own scripts start it: `kafka-run-class.sh`, `connect-standalone.sh`. */
const JVM = [
  ...['-Xms256M', '-Xmx2G', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent'],
];

/**
 * Debezium's JDBC sink in a standalone worker of Kafka Connect, a JVM of its own.
 *
 * @param table what it must be told of the topic and its table
 * @param tasks consumers and connections, in the one JVM
 * @param tuning of the connector, on top of what it needs to find its servers and columns
 * @param parameters of the JDBC driver, in the URL
 */
export function debezium(
  distribution: ConnectDistribution,
  table: DebeziumTable,
  name: string,
  tasks: number,
  tuning: Properties,
  parameters = '',
): Contender {
  const chosen = { 'tasks.max': String(tasks), ...tuning };
  return {
    name,
    settings: [
      `Debezium ${distribution.version}`,
      ...Object.entries(chosen).map(([key, value]) => `${key}=${value}`),
      ...(parameters ? [`the driver's ${parameters}`] : []),
    ].join(', '),
    prepare: (job) => {
      const worker = join(job.folder, 'worker.properties');
      const connector = join(job.folder, 'connector.properties');
      writeFileSync(worker, text({ ...workerProperties(job), ...table.converters }));
      const properties = { ...connectorProperties(job, parameters), ...table.connector, ...chosen };
      writeFileSync(connector, text(properties));
      return {
        command: distribution.java,
        args: [
          ...JVM,
          // What a stopped JVM leaves behind goes with the folder.
          ...['-XX:-UsePerfData', `-Djava.io.tmpdir=${job.folder}`],
          // It writes the times of Kafka as those of UTC, and the driver reads them as those of the JVM.
          '-Duser.timezone=UTC',
          `-Dlog4j2.configurationFile=${LOGGING_FILE}`,
          ...['-cp', distribution.classpath],
          ...['org.apache.kafka.connect.cli.ConnectStandalone', worker, connector],
        ],
      };
    },
  };
}

function workerProperties({ world, folder }: Job): Properties {
  return {
    'bootstrap.servers': world.servers,
    listeners: 'http://127.0.0.1:0',
    'offset.storage.file.filename': join(folder, 'offsets'),
    'plugin.discovery': 'service_load',
  };
}

function connectorProperties({ world, topic, group }: Job, parameters: string): Properties {
  const { hostname, port, pathname, username, password } = new URL(world.postgresUrl);
  return {
    name: group,
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    topics: topic,
    'connection.url': `jdbc:postgresql://${hostname}:${port}${pathname}?${parameters}`,
    'connection.username': username,
    'connection.password': password,
    'schema.evolution': 'none',
  };
}

function text(properties: Properties): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
