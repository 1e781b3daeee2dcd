-- Roles in Mnemoscope's database and their rights. Run it in that database as its administrator, before or after the
-- recorder makes its tables, as often as you like. It sets no password. Set them before the roles log in:
--   ALTER ROLE mnemoscope_recorder PASSWORD '...'; ALTER ROLE mnemoscope_reader PASSWORD '...';
-- The administrator need not be a superuser. A role that owns the database and may create roles is enough.

BEGIN;

DO $$
BEGIN
  IF NOT (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('%I may not create roles', current_user),
      HINT = 'Have the administrator of the database run this file. Without it the recorder works all the same, and '
        'Grafana reads as the user whose connection it is given.';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mnemoscope_recorder') THEN
    CREATE ROLE mnemoscope_recorder;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mnemoscope_reader') THEN
    CREATE ROLE mnemoscope_reader;
  END IF;
END
$$;

-- Neither role may create databases or roles. Only roles that exist already are changed, because since Postgres 16 NOCREATEDB
-- needs an administrator who may create databases himself.
DO $$
DECLARE
  strong name;
BEGIN
  FOR strong IN
    SELECT rolname FROM pg_roles
    WHERE rolname IN ('mnemoscope_recorder', 'mnemoscope_reader') AND (rolcreatedb OR rolcreaterole)
  LOOP
    EXECUTE format('ALTER ROLE %I NOCREATEDB NOCREATEROLE', strong);
  END LOOP;
END
$$;

-- The recorder owns its tables: it makes them, and creates and drops partitions.
ALTER ROLE mnemoscope_recorder LOGIN NOINHERIT;

-- For Grafana and people who read. It has limits, because a dashboard can send any query: few connections, short
-- statements, and read-only by default (the missing privileges protect the data, not this default). A session may lift the
-- limits of time; the recorder, a member of this role, ends transactions of more than an hour.
ALTER ROLE mnemoscope_reader LOGIN NOINHERIT CONNECTION LIMIT 20;
ALTER ROLE mnemoscope_reader SET default_transaction_read_only = on;
ALTER ROLE mnemoscope_reader SET statement_timeout = '30s';
ALTER ROLE mnemoscope_reader SET idle_in_transaction_session_timeout = '30s';
-- Postgres overestimates the cost of the dashboards' queries, and would compile them for longer than they run.
ALTER ROLE mnemoscope_reader SET jit = off;

DO $$
BEGIN
  -- By default every role may connect and make temporary tables.
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO mnemoscope_recorder, mnemoscope_reader', current_database());
END
$$;

DO $$
DECLARE
  making regprocedure;
  taking regprocedure;
BEGIN
  -- By default every role may also store large objects. Only a superuser can change that.
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    FOR making IN
      SELECT oid FROM pg_proc
      WHERE pronamespace = 'pg_catalog'::regnamespace AND proname IN ('lo_creat', 'lo_create', 'lo_from_bytea')
    LOOP
      EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', making);
    END LOOP;
    -- And take advisory locks, also those by which recorders share their work: snapshots would stop.
    FOR taking IN
      SELECT oid FROM pg_proc
      WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^pg_(try_)?advisory_'
    LOOP
      EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', taking);
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO mnemoscope_recorder', taking);
    END LOOP;
  END IF;
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO mnemoscope_recorder;
GRANT USAGE ON SCHEMA public TO mnemoscope_reader;

-- For existing tables and views, and for new ones of the recorder's role and of the role that runs this, because the recorder
-- may use either.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO mnemoscope_reader;
GRANT mnemoscope_recorder TO CURRENT_USER;
-- To end its sessions that take too long.
GRANT mnemoscope_reader TO mnemoscope_recorder;
ALTER DEFAULT PRIVILEGES FOR ROLE mnemoscope_recorder IN SCHEMA public GRANT SELECT ON TABLES TO mnemoscope_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO mnemoscope_reader;

COMMIT;
