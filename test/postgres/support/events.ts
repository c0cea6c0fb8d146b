import type { Table, Values } from '../../../src/record/table.ts';

/** A table by time, whose key is the id and the time. */
export const EVENTS: Table = {
  name: ['events'],
  columns: [
    { name: 'id', type: 'bigint', nullable: false },
    { name: 'created_at', type: 'timestamptz', nullable: false },
    { name: 'note', type: 'text', nullable: true },
  ],
  key: [0, 1],
  onConflict: 'ignore',
};

/** Doctor invents a row of today. */
const YEAR = new Date().getUTCFullYear() - 1;
const MONTHS = 36;
const COLUMNS = `id bigint NOT NULL, created_at timestamptz NOT NULL, note text CONSTRAINT sound CHECK (note <> 'bad')`;
const KEY = 'PRIMARY KEY (id, created_at)';
const forEachMonth = (statement: string) =>
  `DO $do$ BEGIN FOR month IN 0..${MONTHS - 1} LOOP
     EXECUTE format($$${statement}$$, month, date '${YEAR}-01-01' + make_interval(months => month), date '${YEAR}-01-01' + make_interval(months => month + 1));
   END LOOP; END $do$;`;

export const PLAIN = `CREATE TABLE events (${COLUMNS}, ${KEY});`;

export const RANGES = `
CREATE TABLE events (${COLUMNS}, ${KEY}) PARTITION BY RANGE (created_at);
${forEachMonth('CREATE TABLE events_%1$s PARTITION OF events FOR VALUES FROM (%2$L) TO (%3$L)')}`;

/** As tables were partitioned before PostgreSQL 10: a trigger puts each row into a child of the table. */
export const children = (key = KEY, conflict = 'ON CONFLICT DO NOTHING') => `${PLAIN}
${forEachMonth(`CREATE TABLE events_%1$s (${key ? `${key}, ` : ''}CHECK (created_at >= %2$L AND created_at < %3$L)) INHERITS (events)`)}
CREATE FUNCTION route() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
  EXECUTE format('INSERT INTO public.events_%s VALUES ($1.*) ${conflict}',
    (extract(year FROM NEW.created_at AT TIME ZONE 'UTC') - ${YEAR}) * 12 + extract(month FROM NEW.created_at AT TIME ZONE 'UTC') - 1) USING NEW;
  RETURN NULL; END $$;
CREATE TRIGGER route BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION route();`;

/** The event of a number, in one of the months. */
export function event(n: number, note = `note ${n}`): Values {
  const day = 1 + (n % 28);
  return [String(n), new Date(Date.UTC(YEAR, n % MONTHS, day, n % 24)).toISOString(), note];
}
