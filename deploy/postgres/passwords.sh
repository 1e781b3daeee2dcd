#!/bin/sh
# Gives the roles of roles.sql their passwords, from the files that RECORDER_PASSWORD_FILE and READER_PASSWORD_FILE name.
# The official Postgres image runs it once, with a new cluster; run it by hand wherever psql reaches the database.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
  --set "recorder=$(cat "$RECORDER_PASSWORD_FILE")" \
  --set "reader=$(cat "$READER_PASSWORD_FILE")" \
  --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-mnemoscope}" <<'SQL'
ALTER ROLE mnemoscope_recorder PASSWORD :'recorder';
ALTER ROLE mnemoscope_reader PASSWORD :'reader';
SQL
