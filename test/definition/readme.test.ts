import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

test('README shows the definition that ships', () => {
  expect(read('README.md')).toContain(`\`\`\`ts\n${read('sink.config.ts')}\`\`\`\n`);
});
