import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  paginateListEventSourceMappings,
} from '@aws-sdk/client-lambda';
import { awsTrouble, callAws } from '../aws/call.ts';
import { failed, type Outcome } from './check.ts';

export const MAPPING = 'mapping';

export type Mapping = EventSourceMappingConfiguration;

/** The function's mappings of Kafka; it may have others. */
export async function readMappings(
  client: LambdaClient,
  name: string,
): Promise<Outcome<readonly Mapping[]>> {
  try {
    const all = await callAws(client, () => listAll(client, name));
    const kafka = all.filter(isKafka);
    if (kafka.length > 0) return { checks: [], value: kafka };
    const check = failed(
      MAPPING,
      'the function has no event source mapping of Kafka',
      'Deploy it with one. Where the mapping is on an alias, give --function NAME:ALIAS.',
    );
    return { checks: [check], value: null };
  } catch (error) {
    const trouble = awsTrouble(error, 'Lambda', 'lambda:ListEventSourceMappings');
    return { checks: [failed(MAPPING, trouble.detail, trouble.remedy)], value: null };
  }
}

async function listAll(client: LambdaClient, name: string): Promise<Mapping[]> {
  const found: Mapping[] = [];
  const pages = paginateListEventSourceMappings({ client }, { FunctionName: name });
  for await (const { EventSourceMappings = [] } of pages) found.push(...EventSourceMappings);
  return found;
}

function isKafka({ EventSourceArn, SelfManagedEventSource }: Mapping): boolean {
  return SelfManagedEventSource !== undefined || /^arn:[^:]+:kafka:/.test(EventSourceArn ?? '');
}

/** Provisioned mode: only there does Lambda read responses and take settings for retries. */
export function isProvisioned({ ProvisionedPollerConfig }: Mapping): boolean {
  const { MinimumPollers, MaximumPollers } = ProvisionedPollerConfig ?? {};
  return (MinimumPollers ?? MaximumPollers) !== undefined;
}

/** The queue, topic or bucket that gets a message about each batch that Lambda gives up. */
export function onFailureOf({ DestinationConfig }: Mapping): string | undefined {
  return DestinationConfig?.OnFailure?.Destination || undefined;
}
