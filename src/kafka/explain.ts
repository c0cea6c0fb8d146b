import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { UnreadableBatch } from './decompression.ts';
import { type Cause, causesOf, type Explanation, FAULTS, KafkaError } from './errors.ts';
import { explainLogin } from './explain-login.ts';
import { explainNetwork } from './explain-network.ts';
import { explainRequest } from './explain-request.ts';
import { explainTls } from './explain-tls.ts';

/**
 * Says in plain words why Kafka cannot be used. It decides by codes and types. It keeps nothing of the client's errors,
 * because they hold the requests and answers of the login.
 *
 * @param error any error of the client, or of a wait for it
 * @param target what the client tried to reach; one of the topics, where there are several
 */
export function explain(
  error: unknown,
  target: { readonly connection: KafkaConnectionSettings; readonly topics: readonly string[] },
): KafkaError {
  const causes = [...causesOf(error)];
  const own = causes.find((cause) => cause instanceof KafkaError);
  if (own) return own;
  const batch = causes.find((cause) => cause instanceof UnreadableBatch);
  if (batch) return new KafkaError('unreadable', `In Kafka, ${batch.message}.`);
  const explanations = causes.flatMap((cause) => {
    const explanation =
      explainLogin(cause, target.connection) ??
      explainTls(cause, target.connection) ??
      explainRequest(cause, target.topics) ??
      explainNetwork(cause, target.connection);
    return explanation ? [explanation] : [];
  });
  const [first] = explanations.sort(([a], [b]) => FAULTS.indexOf(a) - FAULTS.indexOf(b));
  return new KafkaError(...(first ?? unexplained(causes, target.connection)));
}

function unexplained(
  causes: readonly Cause[],
  { bootstrapServers }: KafkaConnectionSettings,
): Explanation {
  const servers = bootstrapServers.join(', ');
  const { apiId, code } = causes.findLast((cause) => cause.apiId ?? cause.code) ?? {};
  if (apiId === undefined && /^(PLT_KFK_NETWORK|E[A-Z]+)$/.test(String(code)))
    return [
      'closed',
      `The connection to Kafka at ${servers} broke (${code}): check KAFKA_BOOTSTRAP_SERVERS, that the port is the one for KAFKA_SECURITY_PROTOCOL, and the broker's log.`,
    ];
  return [
    'unknown',
    `Kafka at ${servers} cannot be used (${apiId ?? code ?? 'unknown error'}): see the broker's log.`,
  ];
}
