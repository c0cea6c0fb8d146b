import type pg from 'pg';

/** Coordinates and credentials of the database, as `pg` takes them. */
export type Login = Pick<
  pg.ClientConfig,
  | ('connectionString' | 'host' | 'port' | 'user' | 'password' | 'database')
  | ('options' | 'application_name')
>;

export interface Credentials {
  /** What to log in with now; fetched once and kept. */
  current(): Promise<Login>;
  /**
   * Looks for another login after PostgreSQL rejected one: first the secret's current version, then its pending one,
   * which a rotation has already set in the database.
   *
   * @returns whether there is one that differs from the rejected
   */
  renew(rejected: Login): Promise<boolean>;
}
