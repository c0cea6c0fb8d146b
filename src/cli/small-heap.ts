/** Flags of Node.js by which somebody has decided about memory. */
const ABOUT_MEMORY = /--(?:max|min|initial)-(?:semi|old|heap|young)|--optimize-for-size/;

/**
 * Garbage of a batch is collected after 1 MB of it, and memory is given back rather than kept for later: otherwise V8 holds
 * some 100 MB that nobody needs any more (docs/benchmarks.md). Neither is a limit that a large batch could meet. Two of its
 * four compilers are left out, whose code takes 5 MB: what runs for each record is soon compiled by the last.
 */
const FLAGS = ['--max-semi-space-size=1', '--optimize-for-size', '--no-maglev', '--no-sparkplug'];

/**
 * glibc keeps what several threads have freed, for each of them; one arena keeps it once. And it raises by itself the size
 * from which it takes memory from the system and gives it back, so that what requests and answers held is kept in pieces:
 * these are where it begins. https://man7.org/linux/man-pages/man3/mallopt.3.html
 */
const VARIABLES = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
  MALLOC_TOP_PAD_: '0',
};

/** Whether this process is one that {@link startWithSmallHeap} has started. */
export function isRestarted(): boolean {
  return FLAGS.every((flag) => process.execArgv.includes(flag));
}

/**
 * Starts the program again in the place of this process, its id and all, with what keeps its memory small: flags are read
 * when Node.js starts. What was loaded until then is gone. Does nothing when somebody has set flags about memory, the system
 * cannot replace a process, or a parent holds a channel to this one, which would be lost.
 */
export function startWithSmallHeap(): void {
  const { argv, env, execArgv, execPath, execve } = process;
  const given = [...execArgv, env.NODE_OPTIONS ?? ''];
  if (!execve || process.connected || given.some((one) => ABOUT_MEMORY.test(one))) return;
  const args = [execPath, ...execArgv, ...FLAGS, ...argv.slice(1)];
  try {
    execve(execPath, args, { ...VARIABLES, ...env });
  } catch {
    // Somebody runs it with the permission model of Node.js, or in a sandbox: it works with more memory, too.
  }
}
