import { Agent as HttpAgent, type IncomingMessage, request as requestByHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestByHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { findCredentials } from './credentials.ts';
import { ANSWER_MS, CONNECT_MS } from './limits.ts';
import { configuredEndpoint, configuredRegion } from './sdk-config.ts';

/** AWS takes no signature that is further from its own time. */
const MAX_SKEW_MS = 5 * 60_000;

/** A service of AWS that speaks its JSON protocol. */
export interface JsonService {
  /**
   * @param input of the action, as the service's API reference has it
   * @returns its output
   * @throws Error with the `name` and the message of the service's error, as `AccessDenied`; with the `code` of the
   *   network's, as `ECONNREFUSED` or `ETIMEDOUT`, and the `host` that it is about; with the name `NoRegion` or
   *   `CredentialsProviderError` where the environment has none
   */
  call(action: string, input: object, signal: AbortSignal): Promise<unknown>;
  /** Ends its connections. */
  close(): void;
}

interface Answer {
  readonly response: IncomingMessage;
  readonly body: string;
}

/**
 * Opens a service without its client of the SDK, for calls that are made for every few records: that client takes twice
 * the CPU and some 10 MB more (docs/benchmarks.md). Region, endpoint and credentials are found as the SDK finds them, and
 * AWS's own library signs. The protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 *
 * @param name of the service in signatures, in lower case
 * @param target its name in the protocol
 * @param origin where it is, unless the environment names an endpoint
 */
export function openJsonService(name: string, target: string, origin: string): JsonService {
  const endpoint = configuredEndpoint(name);
  const signer = new SignatureV4({
    ...{ service: name, region: configuredRegion(), credentials: findCredentials() },
    ...{ sha256: Sha256, applyChecksum: false },
  });
  const agents = {
    'http:': new HttpAgent({ keepAlive: true }),
    'https:': new HttpsAgent({ keepAlive: true }),
  };
  /** How far this machine's clock is behind, once the service has refused its time. */
  let skew = 0;

  async function send(action: string, body: string, signal: AbortSignal): Promise<Answer> {
    const { protocol, hostname, host, port, pathname } = new URL((await endpoint()) ?? origin);
    const bytes = Buffer.byteLength(body);
    const named = { host, 'content-type': 'application/x-amz-json-1.0' };
    const sized = { 'content-length': String(bytes), 'x-amz-target': `${target}.${action}` };
    const address = { protocol, hostname, path: pathname, ...(port ? { port: Number(port) } : {}) };
    const request = { ...address, method: 'POST', headers: { ...named, ...sized }, body };
    const signingDate = new Date(Date.now() + skew);
    const { headers } = await signer.sign(request, { signingDate });
    const secure = protocol === 'https:';
    const agent = agents[secure ? 'https:' : 'http:'];
    return new Promise((resolve, reject) => {
      const fail = (error: Error) =>
        reject(signal.aborted ? error : Object.assign(error, { host: hostname }));
      const sending = (secure ? requestByHttps : requestByHttp)(
        { ...address, method: 'POST', headers, agent, signal },
        (response) => text(response).then((body) => resolve({ response, body }), fail),
      );
      const silent = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
      const giveUp = () => sending.destroy(silent);
      let timer = setTimeout(giveUp, CONNECT_MS);
      const connected = () => {
        clearTimeout(timer);
        timer = setTimeout(giveUp, ANSWER_MS);
      };
      sending.on('socket', (socket) =>
        socket.connecting ? socket.once('connect', connected) : connected(),
      );
      sending.on('error', fail);
      sending.on('close', () => clearTimeout(timer));
      sending.end(body);
    });
  }

  return {
    async call(action, input, signal) {
      const { response, body } = await send(action, JSON.stringify(input), signal);
      if (response.statusCode === 200) return JSON.parse(body);
      const behind = Date.parse(response.headers.date ?? '') - Date.now();
      if (Math.abs(behind) > MAX_SKEW_MS) skew = behind;
      throw errorOf(body) ?? named(`HTTP ${response.statusCode}`, '');
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/** The error of an answer, without its namespace and address; null for what is no answer of the service's own. */
function errorOf(answer: string): Error | null {
  try {
    const { __type: type, message } = JSON.parse(answer);
    return named(type.replace(/^.*#/, '').replace(/:.*$/, ''), message);
  } catch {
    return null;
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
