-- Up Migration

CREATE TABLE notifications (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  event_type text NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL,
  source_topic text NOT NULL,
  source_partition int NOT NULL,
  source_offset bigint NOT NULL,
  inserted_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX notifications_user_id_created_at ON notifications (user_id, created_at DESC);

-- Down Migration

DROP TABLE notifications;
