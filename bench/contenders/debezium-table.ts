/** Properties of a worker or a connector. */
export type Properties = Readonly<Record<string, string>>;

/** What Debezium must be told of the records of a topic and of their table, as it cannot see it. */
export interface DebeziumTable {
  /** For the worker. */
  readonly converters: Properties;
  /** For the connector. */
  readonly connector: Properties;
}

const UUID = 'io.debezium.data.Uuid';
/** Text in ISO 8601, as the records have it. */
const TIME = 'io.debezium.time.ZonedTimestamp';

/** The converter of JSON whose schema the records do not carry, though Connect needs it (`schema.content`, since Kafka 4.2). */
function json(of: 'key' | 'value', fields: readonly object[]): Properties {
  const required = fields.map((field) => ({ ...field, optional: false }));
  return {
    [`${of}.converter`]: 'org.apache.kafka.connect.json.JsonConverter',
    [`${of}.converter.schemas.enable`]: 'true',
    [`${of}.converter.schema.content`]: JSON.stringify({
      ...{ type: 'struct', optional: false, fields: required },
    }),
  };
}

/** The transform that fills the columns source_*; tombstones pass it as they are. */
const SOURCE = {
  transforms: 'source',
  'transforms.source.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
};

export const NOTIFICATIONS: DebeziumTable = {
  converters: {
    'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    ...json('value', [
      { field: 'id', type: 'string', name: UUID },
      { field: 'user_id', type: 'string', name: UUID },
      { field: 'event_type', type: 'string' },
      { field: 'title', type: 'string' },
      { field: 'body', type: 'string' },
      { field: 'created_at', type: 'string', name: TIME },
    ]),
  },
  connector: {
    'collection.name.format': 'notifications',
    // The only mode in which a record that comes twice is no error. It overwrites the row.
    'insert.mode': 'upsert',
    'primary.key.mode': 'record_value',
    'primary.key.fields': 'id',
    ...SOURCE,
    'transforms.source.topic.field': 'source_topic',
    'transforms.source.partition.field': 'source_partition',
    'transforms.source.offset.field': 'source_offset',
  },
};

export const STATES: DebeziumTable = {
  converters: {
    ...json('key', [{ field: 'id', type: 'int64' }]),
    ...json('value', [
      { field: 'name', type: 'string' },
      { field: 'email', type: 'string' },
      { field: 'points', type: 'int32' },
      { field: 'updated_at', type: 'string', name: TIME },
    ]),
  },
  connector: {
    'collection.name.format': 'customers',
    'insert.mode': 'upsert',
    'delete.enabled': 'true',
    'primary.key.mode': 'record_key',
    ...SOURCE,
    'transforms.source.timestamp.field': 'source_timestamp',
    'transforms.source.offset.field': 'source_offset',
  },
};
