import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';

const standIn = (name: string) => fileURLToPath(new URL(`stand-ins/${name}.ts`, import.meta.url));

/** Bundles the function, without what no function ever needs. test/size.test.ts holds the result to its budget. */
await bundle('src/lambda.ts', 'dist/handler.mjs', {
  // Optional, and not used: pg's native driver.
  external: ['pg-native'],
  alias: {
    '@aws-sdk/credential-provider-node': standIn('credentials'),
    // X-Ray's SDK asks it for the version of AWS SDK 2 before it patches that, which is not here.
    semver: standIn('nothing'),
  },
});
