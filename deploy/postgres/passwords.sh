#!/bin/sh
# Sets the passwords of the roles in roles.sql, from the files in RECORDER_PASSWORD_FILE and READER_PASSWORD_FILE.
# The official Postgres image runs it once, for a new cluster. You can run it wherever psql reaches the database.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
  --set "recorder=$(cat "$RECORDER_PASSWORD_FILE")" \
  --set "reader=$(cat "$READER_PASSWORD_FILE")" \
  --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-mnemoscope}" <<'SQL'
ALTER ROLE mnemoscope_recorder PASSWORD :'recorder';
ALTER ROLE mnemoscope_reader PASSWORD :'reader';
SQL
