/** A module of its own to load: importing the SDK's package itself would bundle all of its commands. */
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
export { openClient } from './client.ts';
