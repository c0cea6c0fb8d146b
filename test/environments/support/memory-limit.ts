import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The kernel's two ways, and where each is mounted. https://docs.kernel.org/admin-guide/cgroup-v2.html */
const WAYS = [
  { root: '/sys/fs/cgroup', limit: 'memory.max', kills: 'memory.events' },
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', kills: 'memory.oom_control' },
];

export interface MemoryLimit {
  /** Puts a process under the limit, and all that it starts from now on. */
  add(pid: number): void;
  /** How many processes the kernel has killed for it. */
  kills(): number;
  /** Removes it. Its processes must have ended. */
  remove(): void;
}

/**
 * Makes a control group of its own with so much memory, as a container has it.
 *
 * @returns null where this user may make none: then only what a process says of its memory can be looked at
 */
export function limitMemory(bytes: number): MemoryLimit | null {
  for (const { root, limit, kills } of WAYS) {
    const folder = join(root, `kafka-pg-sink-${process.pid}-${bytes}`);
    try {
      mkdirSync(folder);
    } catch {
      continue; // read only, not mounted, or another user's
    }
    const remove = () => rmdirSync(folder);
    // It has this file where its parent lets it bound the memory.
    if (!existsSync(join(folder, limit))) {
      remove();
      continue;
    }
    writeFileSync(join(folder, limit), String(bytes));
    return {
      add: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
      kills: () => Number(/^oom_kill (\d+)/m.exec(readFileSync(join(folder, kills), 'utf8'))?.[1]),
      remove,
    };
  }
  return null;
}
