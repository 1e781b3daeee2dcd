#!/bin/sh
# Makes the passwords of the containers; existing ones stay. Also writes MNEMOSCOPE_TOKEN to files, if it is set.
# Each folder is mounted by one service only.
#   make-secrets.sh FOLDER [COMMAND ...]
# COMMAND is mnemoscope, by default that of the image.
set -eu
umask 022
folder=$1
shift
[ $# -gt 0 ] || set -- node /app/bin/mnemoscope.js

password() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# write FILE MODE TEXT: completely or not at all, because the container can be stopped at any time.
write() {
  rm -f "$1.new"
  printf '%s\n' "$3" >"$1.new"
  chmod "$2" "$1.new"
  mv "$1.new" "$1"
}

# keep FILE: writes a new password, if there is no file.
keep() {
  [ -s "$1" ] || write "$1" 444 "$(password)"
}

# Other services run as other users, so every user in a container with this folder may read these files.
keep "$folder/postgres/administrator"
keep "$folder/postgres/recorder"
keep "$folder/postgres/reader"
keep "$folder/grafana/administrator"
[ -s "$folder/grafana/reader" ] || write "$folder/grafana/reader" 444 "$(cat "$folder/postgres/reader")"

# Prometheus and Alertmanager ask for one password on every request, and each other for it too. Their own files have its hash.
keep "$folder/prometheus/servers-password"
for service in alertmanager grafana; do
  [ -s "$folder/$service/servers-password" ] ||
    write "$folder/$service/servers-password" 444 "$(cat "$folder/prometheus/servers-password")"
done
[ -s "$folder/recorder/servers-password" ] ||
  write "$folder/recorder/servers-password" 400 "$(cat "$folder/prometheus/servers-password")"
for service in prometheus alertmanager; do
  [ -s "$folder/$service/web.yml" ] ||
    write "$folder/$service/web.yml" 444 "$("$@" web-config "$folder/prometheus/servers-password")"
done

# libpq's format. Clients accept the file only if no other user can read it.
# https://www.postgresql.org/docs/current/libpq-pgpass.html
[ -s "$folder/recorder/pgpass" ] ||
  write "$folder/recorder/pgpass" 400 "*:*:*:mnemoscope_recorder:$(cat "$folder/postgres/recorder")"

# The user sets the token, so these files are written at every start. The recorder refuses a file without a token, so its
# environment names the file only if there is a token. Alertmanager reads an empty file as no token.
token=${MNEMOSCOPE_TOKEN:-}
write "$folder/recorder/token" 400 "$token"
write "$folder/recorder/environment" 400 "${token:+MNEMOSCOPE_TOKEN_FILE=$folder/recorder/token}"
write "$folder/alertmanager/recorder-token" 444 "$token"
