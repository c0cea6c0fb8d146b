import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { createDeployment } from '../../src/deployment/deployment.ts';
import type { DeploymentInput } from '../../src/deployment/deployment-input.ts';
import { REGIONS, variantsIn } from '../deploy/support/variants.ts';
import { hasTools, TOOLS } from '../support/tools.ts';

const canLint = hasTools(['cfnLint'], 'the judgement of the templates by cfn-lint is');

const GOLDEN = new URL('../deploy/golden/msk-on-demand.yml', import.meta.url);
const FRAMEWORK = [
  'ServerlessDeploymentBucket',
  'ServerlessDeploymentBucketPolicy',
  'SinkLogGroup',
  'SinkLambdaFunction',
];

/** What `serverless package` would write: what it adds itself is that of a packaged template. */
function templateOf(input: DeploymentInput): object {
  const { Resources, ...rest } = parse(readFileSync(GOLDEN, 'utf8'));
  const { function: own, resources } = createDeployment(input);
  const ours = Object.fromEntries(FRAMEWORK.map((name) => [name, Resources[name]]));
  const { VpcConfig: _, ...usual } = ours.SinkLambdaFunction.Properties;
  ours.SinkLambdaFunction.Properties = {
    ...usual,
    FunctionName: own.name,
    Environment: { Variables: own.environment },
    ...resources.extensions.SinkLambdaFunction?.Properties,
  };
  Object.assign(
    ours.SinkLogGroup.Properties,
    { LogGroupName: `/aws/lambda/${own.name}` },
    resources.extensions.SinkLogGroup?.Properties,
  );
  return {
    ...rest,
    Resources: { ...ours, ...resources.Resources },
    Outputs: resources.Outputs,
  };
}

interface Finding {
  readonly Filename: string;
  readonly Rule: { readonly Id: string };
  readonly Message: string;
}

/** What cfn-lint finds in templates, but for the framework's superfluous `DependsOn` of the role (W3005). */
function lint(region: string, templates: Readonly<Record<string, object>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'lint-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, template] of Object.entries(templates))
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(template));
  const args = ['--regions', region, '--ignore-checks', 'W3005', '--format', 'json'];
  const files = Object.keys(templates).map((name) => join(folder, `${name}.json`));
  const { stdout, stderr } = spawnSync(TOOLS.cfnLint, [...args, '--', ...files], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (stderr !== '') throw new Error(stderr);
  const findings: Finding[] = JSON.parse(stdout);
  return findings.map(
    ({ Filename, Rule, Message }) => `${Filename.slice(folder.length + 1)}: ${Rule.Id} ${Message}`,
  );
}

test.runIf(canLint)('cfn-lint finds what is wrong in a template', () => {
  const [first] = variantsIn('us-east-1');
  if (!first) throw new Error('no variant');
  const template = JSON.stringify(templateOf(first[1]));
  const wrong = JSON.parse(template.replace('"TRIM_HORIZON"', '"SOMEWHERE"'));
  expect(lint('us-east-1', { wrong })).toEqual([expect.stringContaining('SOMEWHERE')]);
});

test.runIf(canLint).each(REGIONS)('cfn-lint finds nothing in any variant in %s', (region) => {
  const variants = variantsIn(region).map(([name, input]) => [name, templateOf(input)]);
  expect(variants.length).toBeGreaterThan(20);
  expect(lint(region, Object.fromEntries(variants))).toEqual([]);
});
