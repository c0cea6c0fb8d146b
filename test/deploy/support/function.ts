import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type LambdaEnvironment, startLambda } from '../../../local/lambda.ts';
import { readEvent } from '../../support/sink.ts';
import type { Packaged } from './package.ts';

export interface PackagedFunction extends LambdaEnvironment {
  /** Names of the segments that were sent to X-Ray so far. */
  readonly segments: readonly string[];
}

/**
 * Starts the packaged function, unzipped into an empty folder, as its template has it.
 *
 * @param refs values of the template's resources, which CloudFormation would fill in
 * @param endpoints where the services of AWS are that the function calls
 * @param runtime a module that is the runtime, and its arguments; unless it is ours
 */
export async function startFunction(
  { template, archive }: Packaged,
  refs: Readonly<Record<string, string>>,
  endpoints: Readonly<Record<`AWS_ENDPOINT_URL_${string}`, string>>,
  runtime?: (handler: string) => readonly string[],
): Promise<PackagedFunction> {
  const properties = template.Resources.SinkLambdaFunction?.Properties ?? {};
  const folder = mkdtempSync(join(tmpdir(), 'function-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(archive)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const variables = Object.entries<string | { Ref: string }>(properties.Environment.Variables);
  const { address, segments } = await startXRay();
  const environment = await startLambda({
    folder,
    handler: properties.Handler,
    timeout: properties.Timeout,
    runtime: runtime?.(properties.Handler),
    env: {
      ...Object.fromEntries(
        variables.map(([name, value]) => [
          name,
          typeof value === 'string' ? value : (refs[value.Ref] ?? ''),
        ]),
      ),
      ...endpoints,
      AWS_XRAY_DAEMON_ADDRESS: address,
    },
  });
  onTestFinished(environment.stop);
  return { ...environment, segments };
}

/** X-Ray's daemon, as far as it listens. */
async function startXRay() {
  const segments: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message) => {
    const [, segment = '{}'] = String(message).split('\n');
    segments.push(JSON.parse(segment).name);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => {
    socket.close();
  });
  return { address: `127.0.0.1:${socket.address().port}`, segments };
}

/** Has a function store the sample events into an empty table; 10 of their records are rejected. */
export async function invokeWithSamples(
  sink: Pick<PackagedFunction, 'invoke'>,
  rows: () => Promise<number>,
): Promise<void> {
  for (const [name, stored] of [
    ['msk', 4],
    ['self-managed', 5],
    ['invalid', 7],
  ] as const) {
    expect(await sink.invoke(readEvent(name))).toMatchObject({
      response: { batchItemFailures: [] },
    });
    expect(await rows()).toBe(stored);
  }
}
