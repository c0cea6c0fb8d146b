import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runScenario, type Scenario } from './support/scenario.ts';
import { OTHER_ROLE, PASSWORD, ROLE, type World } from './support/world.ts';

const WITH_SECRET = {
  env: () => ({
    DATABASE_URL: '',
    DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:database-a1b2c3',
    DATABASE_SSLMODE: 'disable',
  }),
  prepare: async ({ secrets, secret }: World) =>
    secrets.versions.set('AWSCURRENT', secret(ROLE, PASSWORD)),
} satisfies Partial<Scenario<never>>;

test('9. the password is rotated, and is the pending version of the secret for 5 s', () =>
  runScenario({
    ...WITH_SECRET,
    mapping: { paceMs: 170 },
    fault: async ({ secrets, secret, query, terminate }) => {
      // The steps of a rotation, https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
      const rotated = secret(ROLE, 'second-password');
      secrets.versions.set('AWSPENDING', rotated);
      await query(`ALTER ROLE ${ROLE} PASSWORD 'second-password'`);
      await terminate();
      await sleep(5000);
      secrets.versions.set('AWSCURRENT', rotated);
      secrets.versions.delete('AWSPENDING');
    },
    // The pending version works at once: nothing fails.
    check: async (_, { failedInvocations }) => void expect(failedInvocations).toBe(0),
  }));

test('9. the user is rotated', () =>
  runScenario({
    ...WITH_SECRET,
    fault: async ({ secrets, secret, query, terminate }) => {
      await query(`CREATE ROLE ${OTHER_ROLE} LOGIN PASSWORD 'other-password' IN ROLE ${ROLE}`);
      secrets.versions.set('AWSCURRENT', secret(OTHER_ROLE, 'other-password'));
      await query(`ALTER ROLE ${ROLE} NOLOGIN`);
      await terminate();
    },
    check: async (_, { failedInvocations }) => void expect(failedInvocations).toBe(0),
  }));

test('9. the password is changed by hand, and the secret 5 s later', () =>
  runScenario({
    ...WITH_SECRET,
    fault: async ({ secrets, secret, query, terminate }) => {
      await query(`ALTER ROLE ${ROLE} PASSWORD 'second-password'`);
      await terminate();
      await sleep(5000);
      secrets.versions.set('AWSCURRENT', secret(ROLE, 'second-password'));
    },
  }));

test('9. Secrets Manager is down while the connections work, and while they are replaced', () =>
  runScenario({
    ...WITH_SECRET,
    mapping: { paceMs: 100 },
    fault: async ({ secrets, terminate }) => {
      secrets.setDown(true);
      await sleep(1000);
      await terminate();
      await sleep(1000);
      secrets.setDown(false);
    },
    check: async ({ secrets }, { failedInvocations }) => {
      expect(failedInvocations).toBe(0);
      expect(secrets.calls).toBe(1);
      return undefined;
    },
  }));
