/** Items that come in over time. Each reader gets all of them from the first on, and waits for those to come. */
export interface Feed<T> extends AsyncIterable<T> {
  push(item: T): void;
  /** No more will come. */
  end(): void;
}

/** A reader that comes again, as a retry does, starts over: nothing is used up by reading. */
export function createFeed<T>(): Feed<T> {
  const items: T[] = [];
  let ended = false;
  let more = Promise.withResolvers<void>();
  const wake = () => {
    more.resolve();
    more = Promise.withResolvers();
  };
  return {
    push(item) {
      items.push(item);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (let next = 0; ; ) {
        const item = items[next];
        if (item !== undefined) {
          next += 1;
          yield item;
        } else if (ended) return;
        else await more.promise;
      }
    },
  };
}
