import { expect, onTestFinished, test } from 'vitest';
import { createPowertoolsHandler } from '../../bench/contenders/powertools.ts';
import { freshEvent } from '../../bench/rows.ts';
import definition from '../../sink.config.ts';
import { createHandler } from '../../src/lambda/create-handler.ts';
import type { LambdaHandler } from '../../src/lambda/event.ts';
import { createDatabase } from '../support/database.ts';

test('the handler that the sink is measured by stores the same rows', async () => {
  const database = await createDatabase();
  const theirs = createPowertoolsHandler(database.url);
  onTestFinished(() => theirs.close());
  const ours = createHandler(definition, {
    DATABASE_URL: database.url,
    DEAD_LETTER_QUEUE_URL: 'http://localhost/1/unused',
    PARTIAL_BATCH_RESPONSE: 'enabled',
  });
  onTestFinished(() => ours.close());
  // More than one statement takes.
  const event = freshEvent(8000);
  const rowsOf = async (handler: LambdaHandler) => {
    const response = await handler(event, { getRemainingTimeInMillis: () => 60_000 });
    expect(response).toEqual({ batchItemFailures: [] });
    const rows = await database.query(
      'SELECT to_jsonb(n) - $1 AS row FROM notifications n ORDER BY id',
      ['inserted_at'],
    );
    await database.query('TRUNCATE notifications');
    return rows;
  };
  const rows = await rowsOf(ours);
  expect(rows).toHaveLength(8000);
  expect(await rowsOf(theirs)).toEqual(rows);
});
