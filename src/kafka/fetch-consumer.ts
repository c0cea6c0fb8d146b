import { type API, type Callback, Consumer, kGetApi, Reader } from '@platformatic/kafka';

type Parse = (id: number, key: number, version: number, reader: Reader) => unknown;
/** As the client sends a request: what to ask comes first, then what reads the answer. */
type Send = (
  key: number,
  version: number,
  request: unknown,
  parse: Parse,
  ...rest: unknown[]
) => unknown;
type Api = (connection: { send: Send }, ...args: unknown[]) => unknown;

/**
 * A client that reads the answer to a fetch in one piece. By itself it reads the pieces in which the answer has come, and what
 * is compressed then has the header of its batch in another piece, out of reach (see `boundDecompression`).
 */
export class FetchConsumer extends Consumer<Buffer, Buffer, Buffer, Buffer> {
  override [kGetApi]<A extends unknown[], R>(name: string, callback: Callback<API<A, R>>): void {
    super[kGetApi]<A, R>(name, (error, api) => {
      if (name !== 'Fetch' || !api) callback(error, api);
      else callback(error, inOnePiece(api as unknown as Api) as unknown as API<A, R>);
    });
  }
}

function inOnePiece(api: Api): Api {
  return (connection, ...args) => {
    const send: Send = (key, version, request, parse, ...rest) => {
      const parseWhole: Parse = (id, apiKey, apiVersion, { buffer }) =>
        parse(id, apiKey, apiVersion, Reader.from(buffer.buffer));
      return connection.send(key, version, request, parseWhole, ...rest);
    };
    return api({ send }, ...args);
  };
}
