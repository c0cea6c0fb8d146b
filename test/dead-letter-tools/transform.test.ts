import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { applyTransform } from '../../src/dead-letter-tools/transform/apply.ts';
import { loadTransform } from '../../src/dead-letter-tools/transform/load.ts';
import type { Transform } from '../../src/dead-letter-tools/transform/transform.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'transform-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, source: string): string {
  const file = join(folder, name);
  writeFileSync(file, source);
  return file;
}

const DEAD_LETTER = {
  id: 'a-0@1',
  reason: 'invalid_value',
  message: 'user_id: not a UUID',
  record: {
    ...{ topic: 'a', partition: 0, offset: 1, timestamp: 5, timestampType: 'CREATE_TIME' },
    key: Buffer.from('k').toString('base64'),
    value: null,
    headers: [
      { name: 'h', value: Buffer.from([200]).toString('base64') },
      { name: 'h', value: null },
    ],
  },
} as const;

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const apply = (transform: unknown, value: Buffer | null = json({ n: 1 })) =>
  applyTransform(transform as Transform, DEAD_LETTER, value);

describe('loading', () => {
  test('gives the default export', async () => {
    const file = write('good.mjs', 'export default (value) => ({ ...value, fixed: true });');
    const { transform, problem } = await loadTransform(file);
    expect(problem).toBeNull();
    expect(await apply(transform)).toEqual({
      kind: 'changed',
      value: json({ n: 1, fixed: true }),
    });
  });

  test('takes a path relative to the working directory', async () => {
    const file = write('relative.mjs', 'export default async (value) => value;');
    const { problem } = await loadTransform(relative(process.cwd(), file));
    expect(problem).toBeNull();
  });

  test.each([
    [
      'a module without a default export',
      'export const transform = (value) => value;',
      'has no default export: it needs export default (value, deadLetter, drop) => ….',
    ],
    [
      'a default export that is not a function',
      'export default { fixed: true };',
      'has a default export that is not a function (object): it needs export default (value, deadLetter, drop) => ….',
    ],
    [
      'a module that imports a missing module',
      'import "./not-there.mjs"; export default (value) => value;',
      'imports a module that does not exist.',
    ],
    [
      'a module that throws, without its message, which may hold anything',
      'throw new TypeError("hunter2");',
      'threw TypeError while it was loaded: run it with node to see why.',
    ],
    [
      'a module that throws a value that is not an error',
      'throw "hunter2";',
      'threw a string while it was loaded: run it with node to see why.',
    ],
  ])('says what is wrong: %s', async (name, source, sentence) => {
    const file = write(`${name.replaceAll(/\W/g, '-')}.mjs`, source);
    expect(await loadTransform(file)).toEqual({ transform: null, problem: `${file} ${sentence}` });
  });

  test('says that a file does not exist, or is not a file', async () => {
    const missing = join(folder, 'missing.mjs');
    expect(await loadTransform(missing)).toEqual({
      transform: null,
      problem: `${missing} does not exist: name a module, such as fix.mjs.`,
    });
    expect(await loadTransform(folder)).toEqual({
      transform: null,
      problem: `${folder} is not a file: name a module, such as fix.mjs.`,
    });
  });
});

describe('a transform', () => {
  test('gets the value, the fields of the dead letter, and key and headers as bytes', async () => {
    const transform = vi.fn<Transform>(() => ({}));
    await apply(transform);
    const [value, deadLetter] = transform.mock.calls[0] ?? [];
    expect(value).toEqual({ n: 1 });
    expect(deadLetter).toEqual({
      ...{ id: 'a-0@1', reason: 'invalid_value', message: 'user_id: not a UUID' },
      ...{ topic: 'a', partition: 0, offset: 1, timestamp: 5 },
      key: new Uint8Array([107]),
      headers: [
        { name: 'h', value: new Uint8Array([200]) },
        { name: 'h', value: null },
      ],
    });
  });

  test.each([
    ['a tombstone as null', null, null],
    ['a value that is not JSON as bytes', Buffer.from('{cut'), new Uint8Array(Buffer.from('{cut'))],
    ['a value that is not UTF-8 as bytes', Buffer.from([255]), new Uint8Array([255])],
  ])('gets %s', async (_case, value, given) => {
    const transform = vi.fn<Transform>(() => ({}));
    await apply(transform, value);
    expect(transform.mock.calls[0]?.[0]).toEqual(given);
  });

  test.each<[string, (value: { n: number }) => unknown, unknown]>([
    ['an object', ({ n }) => ({ n: n + 1 }), { n: 2 }],
    ['a promise', async ({ n }) => ({ n: n + 1 }), { n: 2 }],
    ['the same object, changed', (value) => Object.assign(value, { n: 2 }), { n: 2 }],
    ['an object without a field', (value) => ({ ...value, n: undefined }), {}],
    [
      'a date, which JSON writes as a text',
      () => ({ at: new Date(0) }),
      { at: '1970-01-01T00:00:00.000Z' },
    ],
    ['an object without a prototype', () => Object.assign(Object.create(null), { n: 2 }), { n: 2 }],
  ])('changes the value by returning %s', async (_case, transform, changed) => {
    expect(await apply(transform)).toEqual({ kind: 'changed', value: json(changed) });
  });

  test('fails when it copies a number that JavaScript does not hold: JSON would get an object', async () => {
    const copy = ({ id }: { id: object }) => ({ id: { ...id } });
    expect(await apply(copy, Buffer.from('{"id":9007199254740993}'))).toEqual({
      kind: 'failed',
      error:
        'it returned an object that JSON cannot hold (a copy of a number with more digits than JavaScript holds: pass the number itself on)',
    });
  });

  test('changes the value by returning bytes', async () => {
    expect(await apply(() => new Uint8Array([1, 2]))).toEqual({
      kind: 'changed',
      value: Buffer.from([1, 2]),
    });
  });

  test('changes nothing when it returns an equal value', async () => {
    expect(await apply((value: unknown) => value)).toEqual({ kind: 'unchanged' });
    expect(await apply((value: unknown) => value, Buffer.from('{cut'))).toEqual({
      kind: 'unchanged',
    });
  });

  test.each<[string, string, (value: never) => unknown, string]>([
    [
      'keeps the digits of a number, wherever it goes',
      '{"id":9007199254740993,"n":[0.1234567890123456789,1e400,-0]}',
      ({ id, n }: { id: unknown; n: unknown[] }) => ({ orderId: id, n: n.toReversed() }),
      '{"orderId":9007199254740993,"n":[-0,1e400,0.1234567890123456789]}',
    ],
    [
      'writes a field that stays the same as it came',
      ' { "a" : {"x": 1.50 , "x": [ 1e2 ]} , "n":1, "\\u0062":"\\u00e9", "__proto__":{"a":1.0}} ',
      (value: object) => ({ ...value, n: 2 }),
      '{"a":{"x": 1.50 , "x": [ 1e2 ]},"n":2,"b":"\\u00e9","__proto__":{"a":1.0}}',
    ],
    [
      'leaves a field out that it makes undefined, and writes what toJSON returns',
      '{"a":1,"b":2}',
      (value: object) => ({ ...value, a: undefined, toJSON: () => ({ b: 3 }) }),
      '{"b":3}',
    ],
    ['makes fields of bytes', 'a=1', (value: Uint8Array) => ({ a: value.length }), '{"a":3}'],
  ])('%s', async (_, value, transform, expected) => {
    expect(await apply(transform, Buffer.from(value))).toEqual({
      kind: 'changed',
      value: Buffer.from(expected),
    });
  });

  test.each([['{"a": 1.50, "b": -0, "c": 9007199254740993, "a": 1e400}'], ['{ }']])(
    'changes nothing of %s when it returns what it gets',
    async (value) => {
      expect(await apply((same: unknown) => same, Buffer.from(value))).toEqual({
        kind: 'unchanged',
      });
    },
  );

  test('leaves a value that is nested too deeply', async () => {
    const deep = Buffer.from(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
    expect(await apply((value: object) => ({ ...value, b: 1 }), deep)).toEqual({
      kind: 'failed',
      error: 'the value is nested too deeply to be changed',
    });
  });

  test('drops the dead letter, and says why', async () => {
    const drop: Transform = (_value, _deadLetter, drop) => drop('a test of ours');
    expect(await apply(drop)).toEqual({ kind: 'dropped', reason: 'a test of ours' });
  });

  test.each<[string, (...args: Parameters<Transform>) => unknown, string]>([
    ['nothing', () => undefined, 'it returned nothing: return the value, changed or not'],
    ['null', () => null, 'it returned null: return drop(reason) to delete the dead letter'],
    ['a text', () => 'x', 'it returned a string: it must be an object or bytes'],
    ['an array', () => [], 'it returned an array: it must be an object or bytes'],
    [
      'drop itself',
      (_v, _l, drop) => drop,
      'it returned a function: it must be an object or bytes',
    ],
    ['NaN', () => ({ n: [Number.NaN] }), 'it returned an object that JSON cannot hold (NaN)'],
    ['a big integer', () => ({ n: 1n }), 'it returned an object that JSON cannot hold (bigint)'],
    ['a function', () => ({ f() {} }), 'it returned an object that JSON cannot hold (function)'],
    [
      'a map',
      () => ({ m: new Map() }),
      'it returned an object that JSON cannot hold (an instance of a class)',
    ],
    [
      'undefined in an array',
      () => ({ a: [undefined] }),
      'it returned an object that JSON cannot hold (undefined)',
    ],
    [
      'a circular object',
      () => {
        const a: { a?: unknown } = {};
        a.a = a;
        return a;
      },
      'it returned an object that JSON cannot hold (more than 100 levels deep)',
    ],
    [
      'a drop without a reason',
      (_v, _l, drop) => drop(' '),
      'it dropped the dead letter, but the reason must have 1 to 200 characters',
    ],
  ])('fails when it returns %s', async (_case, transform, error) => {
    expect(await apply(transform)).toEqual({ kind: 'failed', error });
  });

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new RangeError('hunter2');
      },
      'it threw RangeError',
    ],
    [
      'rejects',
      async () => {
        throw new TypeError('hunter2');
      },
      'it threw TypeError',
    ],
    [
      'throws a text',
      () => {
        throw 'hunter2';
      },
      'it threw a string',
    ],
    [
      'throws an error whose name is not a name',
      () => {
        throw Object.assign(new Error('x'), { name: 'hunter2 is it' });
      },
      'it threw an error',
    ],
    [
      'has a field that throws',
      () => ({
        toJSON() {
          throw new Error('hunter2');
        },
      }),
      'it threw Error',
    ],
  ])(
    'fails when it %s, and the message of the error stays unseen',
    async (_case, transform, error) => {
      expect(await apply(transform)).toEqual({ kind: 'failed', error });
    },
  );

  test('fails when its promise takes too long', async () => {
    vi.useFakeTimers();
    try {
      const outcome = apply(() => new Promise(() => {}));
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await outcome).toEqual({ kind: 'failed', error: 'it took longer than 10 s' });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('for the type checker of a user', () => {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin',
    'tsc',
  );

  /** @returns what the compiler says about a module in a folder of its own */
  function check(name: string, source: string): string {
    const project = join(folder, name);
    mkdirSync(project);
    const types = join(import.meta.dirname, '../../src/dead-letter-tools/transform/transform.ts');
    const file = join(project, 'fix.mjs');
    writeFileSync(file, source.replace('TRANSFORM', types));
    const options = [
      ...['--ignoreConfig', '--noEmit', '--checkJs', '--allowJs', '--strict', '--skipLibCheck'],
      ...['--module', 'nodenext', '--allowImportingTsExtensions', '--target', 'es2025'],
      ...['--types', 'node', '--typeRoots', join(import.meta.dirname, '../../node_modules/@types')],
    ];
    const { stdout, stderr } = spawnSync(process.execPath, [compiler, ...options, file], {
      encoding: 'utf8',
    });
    return stdout + stderr;
  }

  test('a module that matches the type passes', () => {
    const source = `/** @type {import('TRANSFORM').Transform} */
export default (value, deadLetter, drop) => {
  if (deadLetter.topic !== 'notifications') return drop('another topic');
  const { userId, ...rest } = /** @type {Record<string, unknown>} */ (value);
  return { ...rest, user_id: userId };
};
`;
    expect(check('right', source)).toBe('');
  });

  test.each([
    ['uses the value without checking its type', '(value) => ({ id: value.id })', 'value'],
    ['returns a text', "(value) => 'fixed'", 'string'],
    ['returns nothing', '(value) => {}', 'void'],
    ['drops without a reason', '(value, deadLetter, drop) => drop()', 'Expected 1 arguments'],
    ['reads a field that dead letters do not have', '(value, { nothing }) => ({})', 'nothing'],
  ])('a module that %s does not pass', (name, source, complaint) => {
    const annotated = `/** @type {import('TRANSFORM').Transform} */\nexport default ${source};\n`;
    expect(check(name.replaceAll(' ', '-'), annotated)).toContain(complaint);
  });
});
