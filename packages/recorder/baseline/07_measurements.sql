-- Single measurements. Services send a sample of them, and all those beyond a threshold.

CREATE TABLE measurements (
  at           timestamptz NOT NULL,
  id           uuid NOT NULL,
  kpi          text NOT NULL,
  value        double precision,
  outcome      text,
  service      text NOT NULL,
  model        text NOT NULL,
  context_size text NOT NULL,
  operation    text NOT NULL DEFAULT '',
  severity     text,
  trace_id     text,
  span_id      text,
  metadata     jsonb NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX measurements_place ON measurements (kpi, model, at);
-- For the worst measurements of a KPI over a month: without it, Postgres would read them all.
CREATE INDEX measurements_worst ON measurements (kpi, model, value, at);
COMMENT ON TABLE measurements IS 'Single measurements with what is known of the operation behind them. One partition for each UTC day.';
COMMENT ON COLUMN measurements.at IS 'When it was measured.';
COMMENT ON COLUMN measurements.id IS 'Hash of its content: the same record sent twice is stored once.';
COMMENT ON COLUMN measurements.kpi IS 'Id of the KPI.';
COMMENT ON COLUMN measurements.value IS 'The value, in the KPI''s unit; for a KPI that counts outcomes 1 or 0, NULL for an outcome that stays out of its ratio.';
COMMENT ON COLUMN measurements.outcome IS 'The outcome, for a KPI that counts them.';
COMMENT ON COLUMN measurements.service IS 'Service that measured it: service.name.';
COMMENT ON COLUMN measurements.model IS 'Model in use.';
COMMENT ON COLUMN measurements.context_size IS 'Class of context sizes as the label has it: tokens, or +Inf.';
COMMENT ON COLUMN measurements.operation IS 'Kind of operation; empty where none was named.';
COMMENT ON COLUMN measurements.severity IS 'Level whose threshold it is at or beyond; NULL where it is beyond none.';
COMMENT ON COLUMN measurements.trace_id IS 'Trace it was measured in, 32 hex digits; NULL outside of traces.';
COMMENT ON COLUMN measurements.span_id IS 'Span it was measured in, 16 hex digits.';
COMMENT ON COLUMN measurements.metadata IS 'Further details from the service that are too varied for labels.';
COMMENT ON COLUMN measurements.received_at IS 'When the recorder stored it.';
