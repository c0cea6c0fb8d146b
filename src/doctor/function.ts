import {
  type FunctionConfiguration,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { awsTrouble, callAws } from '../aws/call.ts';
import { codeOf } from '../record/errors.ts';
import type { Env } from '../settings/reader.ts';
import { type Check, failed, type Outcome, passed, warned } from './check.ts';

export const FUNCTION = 'function';

/** The release that the bundle is built for and tested with. */
const RUNTIME = 'nodejs24.x';
/** https://docs.aws.amazon.com/lambda/latest/dg/with-msk-configure.html */
const MAX_TIMEOUT_S = 840;
/** Events of 6 MB took up to 380 MB here. */
const MEMORY_MB = 512;

export interface FunctionFacts {
  readonly configuration: FunctionConfiguration;
  /** Environments at most; null where none are reserved, or where it may not be asked. */
  readonly reserved: number | null;
}

/** Reads how the function is deployed. */
export async function readFunction(
  client: LambdaClient,
  name: string,
): Promise<Outcome<FunctionFacts>> {
  try {
    const configuration = await callAws(client, (abortSignal) =>
      client.send(new GetFunctionConfigurationCommand({ FunctionName: name }), { abortSignal }),
    );
    return { checks: [], value: { configuration, reserved: await readReserved(client, name) } };
  } catch (error) {
    return { checks: [troubleOf(error)], value: null };
  }
}

/** Of the function as a whole, so an alias or a version in its name is left out. Not worth a failure where denied. */
async function readReserved(client: LambdaClient, name: string): Promise<number | null> {
  const [base = name] = name.startsWith('arn:')
    ? (/^(?:[^:]*:){6}[^:]*/.exec(name) ?? [])
    : name.split(':');
  try {
    const command = new GetFunctionConcurrencyCommand({ FunctionName: base });
    const { ReservedConcurrentExecutions } = await callAws(client, (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    return ReservedConcurrentExecutions ?? null;
  } catch {
    return null;
  }
}

function troubleOf(error: unknown): Check {
  if (codeOf(error) === 'ResourceNotFoundException')
    return failed(
      FUNCTION,
      'there is no such function',
      'Check the name, the account and the region (--region).',
    );
  const { detail, remedy } = awsTrouble(error, 'Lambda', 'lambda:GetFunctionConfiguration');
  return failed(FUNCTION, detail, remedy);
}

/**
 * The settings that the function has; null where they cannot be read. A file in its file system cannot be looked at
 * from here, so the one that names certificates is left out.
 */
export function environmentOf({ Environment }: FunctionConfiguration): Env | null {
  if (Environment?.Error) return null;
  return { ...Environment?.Variables, DATABASE_CA_FILE: undefined };
}

/** @param limits from the function's own settings, in milliseconds; null where they are not known */
export function judgeFunction(
  { configuration, reserved }: FunctionFacts,
  limits: {
    readonly deadlineMarginMs: number;
    readonly connectTimeoutMs: number;
    readonly statementTimeoutMs: number;
  } | null,
): readonly Check[] {
  const {
    State,
    LastUpdateStatus,
    Runtime,
    Handler,
    Timeout = 3,
    MemorySize = 128,
  } = configuration;
  const problems: Check[] = [];
  const warn = (detail: string, remedy: string) => problems.push(warned(FUNCTION, detail, remedy));
  const fail = (detail: string, remedy: string) => problems.push(failed(FUNCTION, detail, remedy));

  if (State === 'Failed' || LastUpdateStatus === 'Failed')
    fail(
      `its state is ${State}, its last update ${LastUpdateStatus}`,
      'Look at StateReason and LastUpdateStatusReason (aws lambda get-function-configuration), and deploy again.',
    );
  if (Runtime !== RUNTIME)
    warn(
      `its runtime is ${Runtime ?? 'a container image'}`,
      `Use ${RUNTIME}: the bundle is built for it.`,
    );
  if (Handler && !Handler.endsWith('.handler'))
    fail(`its handler is ${Handler}`, 'Name the export handler of the bundle: <file>.handler.');
  if (MemorySize < MEMORY_MB)
    warn(
      `its memory is ${MemorySize} MB`,
      `Give it at least ${MEMORY_MB} MB: events of 6 MB took up to 380 MB.`,
    );
  if (Timeout > MAX_TIMEOUT_S)
    fail(
      `its timeout is ${Timeout} s`,
      `Lower it to at most ${MAX_TIMEOUT_S} s, Lambda's limit for a Kafka source.`,
    );
  if (limits) {
    const work = Timeout * 1000 - limits.deadlineMarginMs;
    const statement = limits.connectTimeoutMs + limits.statementTimeoutMs;
    if (work <= 0)
      fail(
        `its timeout of ${Timeout} s leaves no time beside DEADLINE_MARGIN_MS=${limits.deadlineMarginMs}`,
        'Raise the timeout: as it is, every batch is given up at once.',
      );
    else if (work < statement)
      warn(
        `its timeout of ${Timeout} s leaves ${work} ms, but one slow connection and statement may take ${statement} ms`,
        'Raise the timeout, or lower DATABASE_CONNECT_TIMEOUT_MS and DATABASE_STATEMENT_TIMEOUT_MS.',
      );
  }
  if (reserved === 0)
    fail(
      'its reserved concurrency is 0, so it is never invoked',
      'Raise it, or remove it (aws lambda delete-function-concurrency).',
    );
  if (problems.length > 0) return problems;
  const environments =
    reserved === null ? 'no reserved concurrency' : `${reserved} environments at most`;
  return [passed(FUNCTION, `${Runtime}, ${MemorySize} MB, timeout ${Timeout} s, ${environments}`)];
}
