/** Prints lines for a person. On a terminal it rewrites the progress line in place; elsewhere it prints each one. */
export function createDisplay(out: NodeJS.WriteStream) {
  let live = false;
  const end = () => {
    if (live) out.write('\n');
    live = false;
  };
  return {
    say(line: string): void {
      end();
      out.write(`${line}\n`);
    },
    /** Shows the progress. */
    progress(line: string): void {
      if (!out.isTTY) {
        out.write(`${line}\n`);
        return;
      }
      out.write(`\r\u001b[K${line.slice(0, out.columns - 1)}`);
      live = true;
    },
    end,
  };
}

export type Display = ReturnType<typeof createDisplay>;
