import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** How an invocation ended: with a response, or with the error that the function reported. */
type Invocation =
  | { readonly response: unknown; readonly ms: number }
  | { readonly error: { readonly errorType: string; readonly errorMessage: string } };

/** An execution environment with one function in it. */
export interface LambdaEnvironment {
  /** Time in ms that the handler took to load; with another runtime, until it asked for its first event. */
  readonly importMs: number;
  /** Time in ms from the start of the process until it asked for its first event. */
  readonly initMs: number;
  /** What the function wrote, line by line. */
  readonly lines: readonly string[];
  /**
   * Hands an event over; one at a time, as Lambda does.
   *
   * @throws Error with what the function wrote, when its process ends instead
   */
  invoke(event: unknown): Promise<Invocation>;
  /** Ends the process and the API. */
  stop(): Promise<void>;
}

interface Settings {
  /** Folder of the unzipped archive. */
  readonly folder: string;
  /** `<path without extension>.<export>`, as in the template. */
  readonly handler: string;
  /** All variables that the function gets beside those that Lambda itself sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout: number;
  /** The process of the runtime, in the place of ours: a module, and its arguments. */
  readonly runtime?: readonly string[] | undefined;
}

const OURS = fileURLToPath(new URL('./lambda-bootstrap.ts', import.meta.url));

/** What Lambda sets in every environment, as far as the SDK, Powertools and X-Ray read it. */
const RESERVED = {
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
  AWS_LAMBDA_FUNCTION_NAME: 'kafka-pg-sink',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/kafka-pg-sink',
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]0a1b2c3d',
  AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
  AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
  TZ: ':UTC',
} as const;

/**
 * Starts a function in a process of its own behind an emulation of Lambda's Runtime API.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 *
 * @throws Error with the function's own error when it cannot be loaded
 */
export async function startLambda({
  folder,
  handler,
  env,
  timeout,
  runtime,
}: Settings): Promise<LambdaEnvironment> {
  /** The function's question for the next event; it asks only when the last is answered. */
  let next = Promise.withResolvers<ServerResponse>();
  let finish: (invocation: Invocation) => void = () => {};
  let startedAt = 0;

  const server = createServer(async (request: IncomingMessage, response) => {
    const path = request.url?.replace('/2018-06-01/runtime/', '') ?? '';
    if (path === 'invocation/next') {
      next.resolve(response);
      return;
    }
    const body = await json(request);
    response.writeHead(202).end('{}');
    if (path === 'init/error')
      next.reject(new Error((body as { errorMessage: string }).errorMessage));
    else if (path.endsWith('/response'))
      finish({ response: body, ms: performance.now() - startedAt });
    else finish({ error: body as { errorType: string; errorMessage: string } });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const lines: string[] = [];
  const spawnedAt = performance.now();
  const child = spawn(process.execPath, runtime ?? [OURS], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...RESERVED,
      ...env,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: handler,
    },
  });
  const loaded = Promise.withResolvers<number>();
  child.on('message', (message) => loaded.resolve((message as { importMs: number }).importMs));
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => lines.push(...String(chunk).trimEnd().split('\n')));
  const closed = once(child, 'close');

  async function stop(): Promise<void> {
    child.kill('SIGKILL');
    await closed;
    server.closeAllConnections();
    server.close();
  }

  const ended = closed.then(() => Promise.reject(new Error(lines.join('\n'))));
  // Between two invocations nobody waits for it.
  ended.catch(() => {});
  try {
    await Promise.race([next.promise, ended]);
  } catch (error) {
    await stop();
    throw error;
  }
  const initMs = performance.now() - spawnedAt;
  if (runtime) loaded.resolve(initMs);
  let count = 0;
  return {
    importMs: await loaded.promise,
    initMs,
    lines,
    async invoke(event) {
      const question = await next.promise;
      next = Promise.withResolvers();
      const { promise, resolve } = Promise.withResolvers<Invocation>();
      finish = resolve;
      count += 1;
      startedAt = performance.now();
      question.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
        'lambda-runtime-deadline-ms': String(Date.now() + timeout * 1000),
        'lambda-runtime-invoked-function-arn':
          'arn:aws:lambda:us-east-1:111122223333:function:kafka-pg-sink',
        'lambda-runtime-trace-id':
          'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
      });
      question.end(JSON.stringify(event));
      return Promise.race([promise, ended]);
    },
    stop,
  };
}
