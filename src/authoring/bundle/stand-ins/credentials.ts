/**
 * The SDK's chain of providers, for a function: Lambda hands it its credentials in the environment, so what reads files,
 * logs in, or asks other services for credentials stays out of the bundle.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
