import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './listen.ts';

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

/** What the queue's front does to requests; all may be set and reset at any time. */
interface SqsFault {
  /** Answers this HTTP status and forwards nothing. */
  status?: number | undefined;
  /** Forwards, and answers so many milliseconds later. */
  delayMs?: number | undefined;
  /** Refuses these entries of a batch, in a call that succeeds, and forwards the others. */
  refuses?: ((body: string) => boolean) | undefined;
}

/** An HTTP proxy before the SQS emulator. */
export async function startSqsProxy(target: string) {
  const fault: SqsFault = {};
  let calls = 0;
  let answered = 0;
  const server = createServer(async (request, response) => {
    calls += 1;
    const { status, delayMs, refuses } = fault;
    const body = await buffer(request);
    const answer = status
      ? { status, body: JSON.stringify({ __type: 'ServiceUnavailable' }) }
      : await forward(target, request, body, refuses);
    answered += 1;
    if (delayMs) await sleep(delayMs);
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(answer.body);
  });
  const { port, stop } = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    fault,
    /** Calls so far. */
    get calls() {
      return calls;
    },
    /** Calls so far whose answer is there, or under way to the caller. */
    get answered() {
      return answered;
    },
    stop,
  };
}

async function forward(
  target: string,
  request: IncomingMessage,
  body: Buffer,
  refuses: SqsFault['refuses'],
): Promise<{ status: number; body: string }> {
  const action = String(request.headers['x-amz-target']);
  const send = async (content: string | Buffer) => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': action };
    const response = await fetch(target, {
      method: 'POST',
      headers: { ...headers, authorization: String(request.headers.authorization) },
      body: content as string,
    });
    return { status: response.status, body: await response.text() };
  };
  if (!refuses || !action.endsWith('SendMessageBatch')) return send(body);
  const call: { Entries: Entry[] } = JSON.parse(body.toString());
  const accepted = call.Entries.filter(({ MessageBody }) => !refuses(MessageBody));
  const failed = call.Entries.filter((entry) => !accepted.includes(entry));
  const answer =
    accepted.length > 0
      ? await send(JSON.stringify({ ...call, Entries: accepted }))
      : { status: 200, body: '{"Successful":[]}' };
  if (answer.status !== 200) return answer;
  const Failed = failed.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' }));
  return { status: 200, body: JSON.stringify({ ...JSON.parse(answer.body), Failed }) };
}
