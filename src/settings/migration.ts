/** Which migrations a database is to have. */
export interface Migrations {
  /** The folder that holds them, as SQL in the form of node-pg-migrate. */
  readonly directory: string;
  /** The table of the schema `public` that says which were run: two projects in one database need two. */
  readonly history: string;
}

/** Those of a project that says nothing else. The folder is in the working directory. */
export const MIGRATIONS: Migrations = {
  directory: 'migrations',
  history: 'kafka_pg_sink_migrations',
};
