/** What must be closed at the end, by `await using`. Node.js 22 has no AsyncDisposableStack. */
export class Cleanup implements AsyncDisposable {
  readonly #closers: (() => unknown)[] = [];

  /** @param close is called at the end; what was added last comes first */
  defer(close: () => unknown): void {
    this.#closers.unshift(close);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closers) await close();
  }
}
