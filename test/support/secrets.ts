import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { listen } from './listen.ts';

/** The JSON form that RDS uses. */
export interface DatabaseSecret {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly dbname: string;
}

/**
 * One secret behind the protocol of Secrets Manager, as far as the sink speaks it.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export async function startSecrets() {
  const versions = new Map<string, DatabaseSecret>();
  let down = false;
  let calls = 0;
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    };
    calls += 1;
    const { SecretId, VersionStage = 'AWSCURRENT' } = (await json(request)) as {
      SecretId: string;
      VersionStage?: string;
    };
    if (down) return answer(503, { __type: 'InternalServiceError', message: 'down' });
    const secret = versions.get(VersionStage);
    if (request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue' || !secret)
      return answer(400, { __type: 'ResourceNotFoundException', message: 'no such version' });
    return answer(200, {
      ARN: SecretId,
      Name: 'database',
      SecretString: JSON.stringify(secret),
      VersionStages: [VersionStage],
    });
  });
  const { port, stop } = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    /** Versions by stage, `AWSCURRENT` and `AWSPENDING`. */
    versions,
    /** Whether every call is answered with an error of the service. */
    setDown(value: boolean) {
      down = value;
    },
    /** Calls so far. */
    get calls() {
      return calls;
    },
    stop,
  };
}
