import pg from 'pg';
import type { Column } from '../record/table.ts';
import { type Check, failed, warned, withSql } from './check.ts';
import { type Compared, TABLE_COLUMNS } from './compare-columns.ts';

/** Whether the values of an enum that the definition lists are those that the type has. */
export function judgeLabels({ name, type, labels }: Column, compared: Compared): Check[] {
  if (labels === undefined) return [];
  const absent = labels.filter((label) => !compared.labels.includes(label));
  const unlisted = compared.labels.filter((label) => !labels.includes(label));
  const element = type.replace(/(\[\])*$/, '');
  const add = absent.map((label) => `ALTER TYPE ${element} ADD VALUE ${pg.escapeLiteral(label)};`);
  return [
    ...(absent.length > 0
      ? [
          failed(
            TABLE_COLUMNS,
            `${element}, for ${name}, lacks ${listed(absent)}, which the definition lists: PostgreSQL refuses such a record`,
            withSql(add.join(' '), 'Or take it out of the definition.'),
          ),
        ]
      : []),
    ...(unlisted.length > 0
      ? [
          warned(
            TABLE_COLUMNS,
            `${element}, for ${name}, has ${listed(unlisted)}, which the definition does not list: such a record is dead-lettered`,
            'List it in the definition, or list no values there: PostgreSQL then judges them.',
          ),
        ]
      : []),
  ];
}

const listed = (labels: readonly string[]) => labels.map((label) => `"${label}"`).join(', ');
