/** Lines for a person: on a terminal the last one is rewritten in place, elsewhere each is printed. */
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
    /** Shows how far the work is. */
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
