import { expect, test, vi } from 'vitest';
import { observers } from '../../src/sink/observer.ts';

test('several observers are one, and none needs to observe everything', () => {
  const names = ['onBatch', 'onRetry', 'onCircuit', 'onFlush', 'onTurn'] as const;
  const [one, other] = [0, 1].map(() =>
    Object.fromEntries(names.map((name) => [name, vi.fn()] as const)),
  );
  const all = observers(one ?? {}, {}, other ?? {});
  const report = { received: 1 } as never;
  all.onBatch(report);
  all.onRetry();
  all.onCircuit('open', 'away');
  const batch = [{ offset: 7 }] as never;
  all.onFlush(batch, 0.5);
  all.onTurn(3);
  for (const observer of [one, other])
    expect(names.map((name) => observer?.[name]?.mock.calls)).toEqual([
      [[report]],
      [[]],
      [['open', 'away']],
      [[batch, 0.5]],
      [[3]],
    ]);
});
