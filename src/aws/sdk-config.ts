import {
  loadConfig,
  NODE_REGION_CONFIG_FILE_OPTIONS,
  NODE_REGION_CONFIG_OPTIONS,
} from '@smithy/core/config';
import { regionOf } from './call.ts';

/**
 * The region, from the environment or the user's files.
 *
 * @returns finds it; rejects with `NoRegion` where there is none
 */
export function configuredRegion(): () => Promise<string> {
  const region = loadConfig(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS);
  return () => regionOf({ config: { region } });
}

/**
 * The endpoint that the environment or the user's files name for a service, in the order of the SDK.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 *
 * @param service in lower case
 * @returns finds it; undefined where none is named
 */
export function configuredEndpoint(service: string): () => Promise<string | undefined> {
  const named = `AWS_ENDPOINT_URL_${service.toUpperCase()}`;
  return loadConfig<string | undefined>({
    environmentVariableSelector: (env) => env[named] || env.AWS_ENDPOINT_URL || undefined,
    configFileSelector: (profile, files) =>
      files?.[`services.${profile.services}`]?.[`${service}.endpoint_url`] || profile.endpoint_url,
    default: undefined,
  });
}
