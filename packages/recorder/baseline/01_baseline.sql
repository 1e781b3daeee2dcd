-- Which baseline the tables are of. A recorder with another baseline refuses to touch them.
CREATE TABLE schema_baseline (
  sha256     text PRIMARY KEY,
  objects    text[] NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE schema_baseline IS 'The baseline that made the tables of the recorder: one row.';
COMMENT ON COLUMN schema_baseline.sha256 IS 'Hash of the statements that made the tables, views and functions.';
COMMENT ON COLUMN schema_baseline.objects IS 'What they made, such as TABLE series, in this order.';
COMMENT ON COLUMN schema_baseline.applied_at IS 'When that was.';
