import { Connection, instancesChannel } from '@platformatic/kafka';

/**
 * Importing this module gives every connection of the client a listener for errors. When a connection breaks while it
 * renews its login, it emits two errors, and the client listens to the first only: the second would end the process. The
 * request that was under way gets the error in any case.
 */
instancesChannel.subscribe((created) => {
  const { instance } = created as { instance: unknown };
  if (instance instanceof Connection) instance.on('error', () => {});
});
