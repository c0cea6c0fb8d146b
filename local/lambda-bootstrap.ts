/**
 * The process of the function: what Lambda's runtime for Node.js does, by the public contract of the Runtime API. It
 * loads the handler that `_HANDLER` names below `LAMBDA_TASK_ROOT`, then takes one invocation after the other.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 *
 * It tells its parent how long the handler took to load, in milliseconds.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

type Handler = (event: unknown, context: object) => Promise<unknown>;

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT = '.', _HANDLER = '' } = process.env;
const api = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

const post = async (path: string, body: unknown) => {
  await fetch(`${api}/${path}`, { method: 'POST', body: JSON.stringify(body) });
};

const describe = (error: unknown) => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { errorType: name, errorMessage: message, stackTrace: stack?.split('\n') ?? [] };
};

async function load(): Promise<Handler> {
  const [file = '', name = ''] = _HANDLER.split(/\.(?=[^.]+$)/);
  const start = performance.now();
  const module = await import(pathToFileURL(join(LAMBDA_TASK_ROOT, `${file}.mjs`)).href);
  process.send?.({ importMs: performance.now() - start });
  return module[name];
}

async function serve(handler: Handler): Promise<never> {
  for (;;) {
    const next = await fetch(`${api}/invocation/next`);
    const id = next.headers.get('lambda-runtime-aws-request-id') ?? '';
    const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'));
    process.env._X_AMZN_TRACE_ID = next.headers.get('lambda-runtime-trace-id') ?? '';
    const context = {
      awsRequestId: id,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
      invokedFunctionArn: next.headers.get('lambda-runtime-invoked-function-arn'),
      memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    };
    try {
      await post(`invocation/${id}/response`, (await handler(await next.json(), context)) ?? null);
    } catch (error) {
      await post(`invocation/${id}/error`, describe(error));
    }
  }
}

try {
  await serve(await load());
} catch (error) {
  await post('init/error', describe(error));
  process.exitCode = 1;
}
