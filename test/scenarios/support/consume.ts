import { startCommand } from '../../support/command.ts';

/** `kafka-pg-sink consume` as a process of its own, which ends with the test. */
export function startConsume(env: Readonly<Record<string, string>>) {
  // A free port: several processes run at once.
  return startCommand(['consume'], { HTTP_PORT: '0', ...env });
}
