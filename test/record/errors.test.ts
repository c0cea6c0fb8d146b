import { expect, test } from 'vitest';
import {
  BatchFailedError,
  CircuitOpenError,
  ConfigError,
  codeOf,
  DeadLetterError,
  errorName,
  InvalidEventError,
  isSinkError,
  StoreError,
} from '../../src/record/errors.ts';
import { DeadlineError } from '../../src/timing/deadline.ts';

const store = (fault: StoreError['fault']) => new StoreError(fault, 'why', '57P01', 'rule');

test.each([
  [new ConfigError(['A is wrong']), 'ConfigError', false],
  [new InvalidEventError('why'), 'InvalidEventError', false],
  [store('transient'), 'StoreError', true],
  [store('record'), 'StoreError', false],
  [store('credentials'), 'StoreError', false],
  [store('deployment'), 'StoreError', false],
  [new CircuitOpenError('why'), 'CircuitOpenError', false],
  [new DeadLetterError('why'), 'DeadLetterError', true],
  [new BatchFailedError('why'), 'BatchFailedError', false],
  [new DeadlineError('why'), 'DeadlineError', false],
])('%s is known by its name, and whether to try again', (error, name, retriable) => {
  expect([error.name, errorName(error), isSinkError(error)]).toEqual([name, name, true]);
  expect(error).toMatchObject({ retriable });
});

test('any other error is none of the project', () => {
  expect([isSinkError(new Error('x')), isSinkError({ retriable: true })]).toEqual([false, false]);
  expect([errorName(new TypeError('x')), errorName('text')]).toEqual(['TypeError', 'a string']);
  const named = Object.assign(new Error('x'), { name: 'quotes data' });
  expect(errorName(named)).toBe('an error');
});

test('a wrong setting is said in a line of its own', () => {
  expect(new ConfigError(['A is wrong']).message).toBe('1 setting is wrong:\n  - A is wrong');
  expect(new ConfigError(['A', 'B'])).toMatchObject({
    message: '2 settings are wrong:\n  - A\n  - B',
    problems: ['A', 'B'],
  });
});

test.each([
  [store('record'), '57P01'],
  [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [Object.assign(new Error('x'), { name: 'AccessDenied', code: 7 }), 'AccessDenied'],
  [new DeadlineError('why'), 'ETIMEDOUT'],
  ['text', 'undefined'],
  [undefined, 'undefined'],
])('the code to decide by of %s is %s', (error, code) => {
  expect(codeOf(error)).toBe(code);
});
