import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './process.ts';

/** What `.ci/tools` installs: paths, whether they are there or not. */
export const TOOLS = {
  /** Python with the AWS CLI and moto. */
  python: join(ROOT, '.cache/python/bin/python3'),
  /** Judges templates of CloudFormation by the schemas of their resources. */
  cfnLint: join(ROOT, '.cache/python/bin/cfn-lint'),
  /** Lambda's own client of its Runtime API. */
  lambdaRuntime: join(ROOT, '.cache/lambda-runtime/node_modules/aws-lambda-ric/index.mjs'),
} as const;

/**
 * Whether tools are there. Without one, tests are skipped; under CI that is a failure.
 *
 * @param skipped what is skipped then, for the line that says so
 */
export function hasTools(tools: readonly (keyof typeof TOOLS)[], skipped: string): boolean {
  const missing = tools.filter((tool) => !existsSync(TOOLS[tool]));
  if (missing.length === 0) return true;
  const sentence = `${missing.join(' and ')} is not here (.ci/tools installs it)`;
  if (process.env.CI === 'true') throw new Error(`${sentence}.`);
  console.warn(`${sentence}: ${skipped} skipped.`);
  return false;
}
