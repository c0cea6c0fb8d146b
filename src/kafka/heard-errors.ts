import { Connection, instancesChannel } from '@platformatic/kafka';

/**
 * Lets the process live on when a connection of the client breaks while its login is renewed. The connection then tells
 * of two errors where the client listens to one, and the second, with no listener, would end the process. Whatever was
 * under way on the connection gets the error in any case.
 */
instancesChannel.subscribe((created) => {
  const { instance } = created as { instance: unknown };
  if (instance instanceof Connection) instance.on('error', () => {});
});
