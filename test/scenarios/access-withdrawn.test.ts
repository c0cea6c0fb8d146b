import {
  type Acl,
  AclOperations,
  AclPermissionTypes,
  Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { login, STRANGER } from '../kafka/support/logins.ts';
import { type SecureKafka, startSecureKafka } from '../kafka/support/secure-kafka.ts';
import { consume, within } from '../service/support/service.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

/** The address of the emulator of SQS, and credentials for it. */
const aws = () =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value = '']) =>
      name.startsWith('AWS_') ? [[name, value]] : [],
    ),
  );

let broker: SecureKafka;
let admin: Admin;
beforeAll(async () => {
  broker = await startSecureKafka();
  admin = new Admin({ clientId: 'scenario', bootstrapBrokers: [broker.at.PLAINTEXT] });
});
afterAll(async () => {
  await admin?.close();
  await broker?.stop();
});

/** A topic whose consumer has the rights of the stranger alone: to read it, and to see and use the group. */
async function createGuardedWorld() {
  const world = await createWorld({
    servers: broker.at.PLAINTEXT,
    settings: {
      ...login('PLAIN', STRANGER),
      KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
      KAFKA_BOOTSTRAP_SERVERS: broker.at.SASL_PLAINTEXT,
      KAFKA_SESSION_TIMEOUT_MS: '6000',
    },
  });
  const { name, groupId } = world.topic;
  const to = (kind: 'TOPIC' | 'GROUP', operation: 'READ' | 'DESCRIBE'): Acl => ({
    resourceType: ResourceTypes[kind],
    resourceName: kind === 'TOPIC' ? name : groupId,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${STRANGER.username}`,
    host: '*',
    operation: AclOperations[operation],
    permissionType: AclPermissionTypes.ALLOW,
  });
  const seeing = [to('TOPIC', 'DESCRIBE'), to('GROUP', 'DESCRIBE')];
  await admin.createAcls({ creations: seeing });
  const reading = { TOPIC: to('TOPIC', 'READ'), GROUP: to('GROUP', 'READ') };
  onTestFinished(() =>
    admin.deleteAcls({ filters: [...seeing, ...Object.values(reading)] }).then(() => {}),
  );
  return {
    ...world,
    grant: (kind: 'TOPIC' | 'GROUP') => admin.createAcls({ creations: [reading[kind]] }),
    withdraw: (kind: 'TOPIC' | 'GROUP') => admin.deleteAcls({ filters: [reading[kind]] }),
  };
}

test.each([
  ['TOPIC', 'joined', 'Kafka does not let this user read the topic'],
  ['GROUP', 'not joined', 'Kafka does not let this user join the consumer group'],
] as const)(
  'READ on the %s, withdrawn while a consumer runs: it says so once, is not ready, and goes on when it is granted again',
  async (kind, group, reason) => {
    const { topic, env, grant, withdraw, untilRows, countRows, reconcile } =
      await createGuardedWorld();
    await grant('TOPIC');
    await grant('GROUP');
    const running = consume([], { ...aws(), ...env });
    await running.ready();
    const stopFlow = topic.flow();
    onTestFinished(stopFlow);
    await untilRows((await countRows()) + 300);
    await withdraw(kind);
    const code = `${kind}_AUTHORIZATION_FAILED`;
    // Without heartbeats, it does not count itself to the group after a while.
    await vi.waitFor(async () => {
      const page = await running.get('/readyz');
      expect(await page.json()).toMatchObject({ ready: false, kafka: `${group} (${code})` });
    }, within);
    await stopFlow();
    await topic.produce(makeSamples(300, topic.produced.length));
    await grant(kind);
    await reconcile({ repeated: true });
    await running.ready();
    const lines = running
      .output()
      .split('\n')
      .filter((line) => line.includes('"error":'));
    expect(lines.filter((line) => line.includes(code))).toHaveLength(1);
    expect(lines[0]).toContain(reason);
  },
);
