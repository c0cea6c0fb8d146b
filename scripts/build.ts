import { bundle } from './bundle.ts';

/** Bundles the function. pg's optional native driver is not used. */
await bundle('src/lambda.ts', 'dist/handler.mjs', { external: ['pg-native'] });
