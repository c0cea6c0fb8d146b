import { readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const compose = parse(read('../../compose.yaml')) as { services: Record<string, Service> };
const service = (name: string) => compose.services[name] as Service;

test('compose.yaml follows the Compose Specification', () => {
  const validate = composeValidator();
  validate(compose);
  expect(validate.errors).toBeNull();
});

test('the Compose schema would refuse a misspelt or malformed key', () => {
  const validate = composeValidator();
  expect(validate({ services: { kafka: { imag: 'apache/kafka:4.3.1' } } })).toBe(false);
  expect(validate({ services: { kafka: { healthcheck: { retries: 'many' } } } })).toBe(false);
});

test('every image of compose.yaml is pinned: the Kafka of infra/kafka/pom.xml, and PostgreSQL 18', () => {
  const kafka = /<kafka\.version>(.+)<\/kafka\.version>/.exec(
    read('../../infra/kafka/pom.xml'),
  )?.[1];
  expect(service('kafka').image).toBe(`apache/kafka:${kafka}`);
  expect(service('topic').image).toBe(`apache/kafka:${kafka}`);
  expect(service('postgres').image).toMatch(/^postgres:18\.\d+$/);
  expect(Object.keys(compose.services).sort()).toEqual(['kafka', 'postgres', 'topic']);
});

test('compose.yaml creates the topic notifications with 3 partitions', () => {
  const { command } = service('topic');
  expect(command).toContain('--create');
  expect(command).toContain('--topic=notifications');
  expect(command).toContain('--partitions=3');
});

test('Kafka and PostgreSQL of compose.yaml are on the usual ports of this machine only', () => {
  expect(service('kafka').ports).toEqual(['127.0.0.1:9092:9092']);
  expect(service('kafka').environment?.KAFKA_ADVERTISED_LISTENERS).toContain(
    'HOST://localhost:9092',
  );
  expect(service('postgres').ports).toEqual(['127.0.0.1:5432:5432']);
});

function composeValidator() {
  // The schema has draft-4 ids, which Ajv refuses; its references do not need them.
  const schema = JSON.parse(read('compose-spec.json'), (key, value) =>
    key === 'id' && typeof value === 'string' ? undefined : value,
  );
  delete schema.$schema; // the 2019-09 draft under an address that Ajv does not know it by
  return new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
}
