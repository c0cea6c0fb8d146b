import { expect, test } from 'vitest';
import { changesOf } from '../../scripts/changelog.ts';

const CHANGELOG = `# Changelog

## [Unreleased]

## [1.1.0] - 2026-02-01

### Added

- One.

## [1.1.0-rc.1] - 2026-01-01

- Two.
`;

test('what is new in a release is the text below its heading', () => {
  expect(changesOf(CHANGELOG, '1.1.0')).toBe('### Added\n\n- One.');
  expect(changesOf(CHANGELOG, '1.1.0-rc.1')).toBe('- Two.');
});

test('a release without a heading, or without text, has no changes', () => {
  expect(changesOf(CHANGELOG, '1.2.0')).toBeNull();
  expect(changesOf(CHANGELOG, 'Unreleased')).toBeNull();
});
