/** So long a row that was taken says that the table takes rows. */
const LATELY_MS = 300_000;

/** Whether a table has taken a row within the last minutes. */
export interface Lately {
  take(): void;
  took(): boolean;
}

export function createLately(): Lately {
  let at = Number.NEGATIVE_INFINITY;
  return {
    take() {
      at = performance.now();
    },
    took: () => performance.now() - at < LATELY_MS,
  };
}
