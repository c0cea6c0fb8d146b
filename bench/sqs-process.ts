import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type LocalSqs, startSqs } from '../local/sqs.ts';

/** The SQS emulator in a process of its own, as SQS itself takes no time of the sink's thread. */
export async function startSqsProcess(): Promise<LocalSqs> {
  const child = fork(fileURLToPath(import.meta.url));
  const exit = once(child, 'exit');
  const [addresses] = await Promise.race([
    once(child, 'message'),
    exit.then(() => Promise.reject(new Error('The SQS emulator did not start.'))),
  ]);
  return {
    ...addresses,
    stop: async () => {
      child.kill();
      await exit;
    },
  };
}

if (process.send) {
  const { endpoint, queueUrl } = await startSqs();
  process.send({ endpoint, queueUrl });
  process.once('disconnect', () => process.exit());
}
