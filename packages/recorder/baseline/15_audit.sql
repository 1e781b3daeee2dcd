-- Who changed something over HTTP, and who was refused.

CREATE TABLE audit_log (
  id          uuid PRIMARY KEY,
  at          timestamptz NOT NULL,
  by          text,
  sender      text,
  operation   text NOT NULL,
  scope       text NOT NULL,
  allowed     boolean NOT NULL,
  code        text,
  unlogged    integer NOT NULL DEFAULT 0,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_log_at ON audit_log (at DESC);
COMMENT ON TABLE audit_log IS 'Each request that changed the configuration or an alert or reported a deployment, each that was refused, and each key that was made, rotated or revoked. Entries can only be added; after 400 days the recorder removes them.';
COMMENT ON COLUMN audit_log.id IS 'The entry''s own: an entry that is sent twice is stored once.';
COMMENT ON COLUMN audit_log.at IS 'When the request was answered, by the recorder''s clock.';
COMMENT ON COLUMN audit_log.by IS 'Name of the key, or "token"; NULL for a request without a valid one. For a change of a key the user of the machine who ran the command.';
COMMENT ON COLUMN audit_log.sender IS 'Address that the request came from: a proxy''s, if there is one. NULL for a change of a key.';
COMMENT ON COLUMN audit_log.operation IS 'Method and path, as /api/openapi.json has them, or "key create", "key rotate" or "key revoke" and the key''s name.';
COMMENT ON COLUMN audit_log.scope IS 'What a key must have to do this; for a change of a key what the key has, and for which services.';
COMMENT ON COLUMN audit_log.allowed IS 'false for a request that was refused or failed: it changed nothing.';
COMMENT ON COLUMN audit_log.code IS 'Code of the error, such as ACCESS_DENIED; NULL where it was allowed.';
COMMENT ON COLUMN audit_log.unlogged IS 'Refusals of the same sender before this one that have no entry, as there were too many.';
COMMENT ON COLUMN audit_log.recorded_at IS 'When it was stored.';

CREATE FUNCTION keep_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < now() - interval '400 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'entries of audit_log can be added, and removed after 400 days, but not changed'
    USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION keep_audit_log() IS 'Refuses to change entries of audit_log, and to remove those of the last 400 days.';

CREATE TRIGGER audit_log_entries_stay BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION keep_audit_log();
CREATE TRIGGER audit_log_stays BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_log();
