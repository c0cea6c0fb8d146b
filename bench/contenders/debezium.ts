import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOGGING_FILE } from '../../local/kafka-settings.ts';
import type { ConnectDistribution } from './connect-distribution.ts';
import type { Contender, Job } from './contender.ts';

type Properties = Readonly<Record<string, string>>;

/** As Kafka's own scripts start it: `kafka-run-class.sh`, `connect-standalone.sh`. */
const JVM = [
  ...['-Xms256M', '-Xmx2G', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent'],
];

const UUID = 'io.debezium.data.Uuid';
/** Text in ISO 8601, as the records have it. */
const TIME = 'io.debezium.time.ZonedTimestamp';

/** The schema of the records, which Connect needs and the records do not carry (`schema.content`, since Kafka 4.2). */
const SCHEMA = {
  type: 'struct',
  optional: false,
  fields: [
    { field: 'id', type: 'string', name: UUID, optional: false },
    { field: 'user_id', type: 'string', name: UUID, optional: false },
    { field: 'event_type', type: 'string', optional: false },
    { field: 'title', type: 'string', optional: false },
    { field: 'body', type: 'string', optional: false },
    { field: 'created_at', type: 'string', name: TIME, optional: false },
  ],
};

/**
 * Debezium's JDBC sink in a standalone worker of Kafka Connect, a JVM of its own.
 *
 * @param tasks consumers and connections, in the one JVM
 * @param tuning of the connector, on top of what it needs to find its servers and columns
 * @param parameters of the JDBC driver, in the URL
 */
export function debezium(
  distribution: ConnectDistribution,
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
      writeFileSync(worker, text(workerProperties(job)));
      writeFileSync(connector, text({ ...connectorProperties(job, parameters), ...chosen }));
      return {
        command: distribution.java,
        args: [
          ...JVM,
          // What a stopped JVM leaves behind goes with the folder.
          ...['-XX:-UsePerfData', `-Djava.io.tmpdir=${job.folder}`],
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
    'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'true',
    'value.converter.schema.content': JSON.stringify(SCHEMA),
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
    'collection.name.format': 'notifications',
    'schema.evolution': 'none',
    // The only mode in which a record that comes twice is no error. It overwrites the row.
    'insert.mode': 'upsert',
    'primary.key.mode': 'record_value',
    'primary.key.fields': 'id',
    // The columns source_*.
    transforms: 'source',
    'transforms.source.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
    'transforms.source.topic.field': 'source_topic',
    'transforms.source.partition.field': 'source_partition',
    'transforms.source.offset.field': 'source_offset',
  };
}

function text(properties: Properties): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
