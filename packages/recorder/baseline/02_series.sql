-- The names that snapshots are of: which service, model, context size and operation.

-- The one place in SQL that reads a context size; contextTokens of @mnemoscope/kpi is the same in TypeScript.
CREATE FUNCTION context_tokens(context_size text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN context_size ~ '^[1-9][0-9]{0,9}$' THEN
    CASE WHEN context_size::bigint <= 2147483647 THEN context_size::integer END
  END
$$;
COMMENT ON FUNCTION context_tokens IS 'Tokens of a context size as labels have it. NULL for +Inf, which has no upper end, and for every text that is no number of tokens from 1 to 2147483647.';

CREATE TABLE series (
  id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service        text NOT NULL,
  model          text NOT NULL,
  context_size   text NOT NULL,
  operation      text NOT NULL DEFAULT '',
  context_tokens integer GENERATED ALWAYS AS (context_tokens(context_size)) STORED,
  first_seen_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (service, model, context_size, operation)
);
COMMENT ON TABLE series IS 'One row for each service, model, class of context sizes and operation. Rows are never deleted: their number grows with what runs, not with time, and only a look at every snapshot could tell which are unused.';
COMMENT ON COLUMN series.id IS 'Key that snapshots refer to.';
COMMENT ON COLUMN series.service IS 'Service the measurements come from: the label job.';
COMMENT ON COLUMN series.model IS 'Model in use: the label model.';
COMMENT ON COLUMN series.context_size IS 'Class of context sizes as the label has it: the largest size it holds, in tokens, or +Inf.';
COMMENT ON COLUMN series.operation IS 'Kind of operation: the label operation. Empty where the metric has none.';
COMMENT ON COLUMN series.context_tokens IS 'The same as a number, see the function context_tokens; NULL for +Inf and for labels that are no number.';
COMMENT ON COLUMN series.first_seen_at IS 'When the recorder first stored a snapshot of it.';
