#!/bin/sh
# Makes the passwords of the containers, each once: one that is there stays. Every folder is mounted by one service only.
#   make-secrets.sh FOLDER
set -eu
umask 022
folder=$1

password() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# write FILE MODE TEXT: whole or not at all, for the container may be stopped at any moment.
write() {
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
