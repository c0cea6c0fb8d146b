/**
 * Codes of Node's TLS errors that say that nobody who is trusted vouches for a certificate.
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
export const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What to do then, for the database. It is the one file that the project cannot bring along: Amazon changes it. */
export const AUTHORITY_REMEDY =
  'Set DATABASE_CA_FILE to a file with the certificate of its authority; for RDS and Aurora download https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem';
