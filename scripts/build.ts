import { bundle } from './bundle.ts';
import { standIns } from './stand-ins.ts';

/** Bundles the function, without what no function needs. test/bundle.test.ts holds the result to its budget. */
await bundle('src/lambda/main.ts', 'dist/handler.mjs', {
  // Optional, and not used: pg's native driver, as pg asks for it.
  external: ['*/native'],
  plugins: [
    standIns({
      '@aws-sdk/credential-provider-node': 'credentials.ts',
      // X-Ray's SDK asks it for the version of AWS SDK 2 before it patches that, which is not here.
      semver: 'nothing.ts',
    }),
  ],
});
