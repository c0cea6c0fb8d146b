/** A module of its own to load: the package is CommonJS, and of one that is bundled alone an `import()` gets no names. */
export { generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
