#!/bin/sh
# Makes the passwords of the containers, each once: one that is there stays. Hands MNEMOSCOPE_TOKEN on, where it is set.
# Every folder is mounted by one service only.
#   make-secrets.sh FOLDER
set -eu
umask 022
folder=$1

password() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# write FILE MODE TEXT: whole or not at all, for the container may be stopped at any moment.
write() {
  rm -f "$1.new"
  printf '%s\n' "$3" >"$1.new"
  chmod "$2" "$1.new"
  mv "$1.new" "$1"
}

# keep FILE: a new password, unless the file is there.
keep() {
  [ -s "$1" ] || write "$1" 444 "$(password)"
}

# Other services run as other users, so these files are open to whoever has the folder mounted.
keep "$folder/postgres/administrator"
keep "$folder/postgres/recorder"
keep "$folder/postgres/reader"
keep "$folder/grafana/administrator"
[ -s "$folder/grafana/reader" ] || write "$folder/grafana/reader" 444 "$(cat "$folder/postgres/reader")"

# libpq's own format, which clients read only if nobody else can.
# https://www.postgresql.org/docs/current/libpq-pgpass.html
[ -s "$folder/recorder/pgpass" ] ||
  write "$folder/recorder/pgpass" 400 "*:*:*:mnemoscope_recorder:$(cat "$folder/postgres/recorder")"

# The token is the user's, so it is another one, or none, when that changes. The recorder refuses a file without a token,
# so it is told of the file only where there is one; Alertmanager reads an empty one as no token.
token=${MNEMOSCOPE_TOKEN:-}
write "$folder/recorder/token" 400 "$token"
write "$folder/recorder/environment" 400 "${token:+MNEMOSCOPE_TOKEN_FILE=$folder/recorder/token}"
write "$folder/alertmanager/recorder-token" 444 "$token"
