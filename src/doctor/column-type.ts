import pg from 'pg';
import type { Column } from '../record/table.ts';
import { type Check, failed, warned, withSql } from './check.ts';
import { type Compared, TABLE_COLUMNS } from './compare-columns.ts';
import { type Fit, fitOf, RESIZES } from './fit.ts';

/** With its limit, as SQL writes it. */
export function typeOf({ type, limit }: Column): string {
  return limit === undefined ? type : type.replace(/(?=(?:\[\])*$)/, `(${limit})`);
}

/**
 * Whether the type of the table's column holds each value of the definition's as it is.
 *
 * @param alter the beginning of a statement that changes the column
 * @param from name of the definition's type, below domains @param to that of the column's
 * @returns what is wrong; null where nothing is
 */
export function judgeType(
  alter: string,
  column: Column,
  compared: Compared,
  from: string,
  to: string,
): Check | null {
  if (compared.wantedModified) return resized(column, from);
  if (RESIZES.test(from)) return padded(column);
  const fit = fitOf(column.limit, { ...compared, from, to });
  return fit === 'whole' ? null : unlike(alter, column, compared, fit);
}

/** An INSERT casts to the domain, which is what changes a value; COPY refuses it. */
function resized({ name, type }: Column, base: string): Check {
  return failed(
    TABLE_COLUMNS,
    `${type}, for ${name}, is a domain of ${base} with a length or a precision: a value that does not fit is cut or rounded in silence`,
    `Write the type below the domain in the definition, with its length or precision: the column can keep the domain.`,
  );
}

/** Such a name without a length means one of 1. */
function padded({ name, type }: Column): Check {
  return failed(
    TABLE_COLUMNS,
    `PostgreSQL pads and cuts values of the type ${type}, for ${name}, in silence`,
    'Write text() or varchar() in the definition, and give the column that type.',
  );
}

function unlike(
  alter: string,
  column: Column,
  { actual, base, wanted }: Compared,
  fit: Exclude<Fit, 'whole'>,
): Check {
  const { name } = column;
  const type = typeOf(column);
  const detail = `${name} is ${actual}, not ${type}`;
  const quoted = pg.escapeIdentifier(name);
  if (fit === 'narrow')
    return warned(
      TABLE_COLUMNS,
      `${detail}: a record whose value does not fit is dead-lettered`,
      withSql(`${alter} TYPE ${type};`, 'Or see that every value of the topic fits.'),
    );
  const times = ['timestamp', 'timestamptz'];
  const shifts = base !== wanted && [base, wanted].every((one) => times.includes(one ?? ''));
  // By way of text every type can become another one.
  const using = shifts ? `${quoted} AT TIME ZONE 'UTC'` : `${quoted}::text::${type}`;
  return failed(
    TABLE_COLUMNS,
    `${detail}: it refuses values, or changes them in silence`,
    withSql(
      `${alter} TYPE ${type} USING ${using};`,
      shifts
        ? 'Write another time zone where the rows that are there have times of another one.'
        : 'Or give the column its own type in the definition.',
    ),
  );
}
