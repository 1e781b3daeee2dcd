import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Debian's builds look for their files below /usr/share; unpacked elsewhere they need to be told or led. */
const programs = 'usr/bin'

/** Debian's Prometheus takes the folder of its pages as a flag of its own; promtool needs nothing. */
export function wrapPrometheus(folder: string, help: string): void {
  const pages = help.includes('--web.local-assets')
    ? ` --web.local-assets="$here/usr/share/prometheus/web/"`
    : ''
  writeScript(folder, 'prometheus', [`exec "$here/${programs}/prometheus"${pages} "$@"`])
  writeScript(folder, 'promtool', [`exec "$here/${programs}/promtool" "$@"`])
}

/** Where Debian's Alertmanager opens `default.tmpl`, without which it does not start; no flag changes it. */
const templates = '/usr/share/prometheus/alertmanager'

/** The same number of bytes, so that nothing else in the program moves: a folder opened as descriptor 9. */
const throughDescriptor = '/proc/self/fd/9/./././././././././'

/**
 * Leads Alertmanager to the templates in its own package: in the unpacked copy the path is replaced by one through a
 * file descriptor, which the script that starts it opens. So it runs from any working directory and
 * nothing is written outside the tools directory. A build without that path is left as it is.
 */
export function wrapAlertmanager(folder: string): void {
  const program = join(folder, programs, 'prometheus-alertmanager')
  const bytes = readFileSync(program)
  for (let at = bytes.indexOf(templates); at !== -1; at = bytes.indexOf(templates, at + 1)) {
    bytes.write(throughDescriptor, at, 'latin1')
  }
  writeFileSync(program, bytes)
  const open = existsSync(join(folder, templates)) ? [`exec 9<"$here${templates}"`] : []
  writeScript(folder, 'alertmanager', [...open, `exec "$here/${programs}/prometheus-alertmanager" "$@"`])
  writeScript(folder, 'amtool', [`exec "$here/${programs}/amtool" "$@"`])
}

function writeScript(folder: string, name: string, lines: readonly string[]): void {
  const path = join(folder, name)
  writeFileSync(path, `${['#!/bin/sh', 'here=$(dirname "$0")', ...lines].join('\n')}\n`)
  chmodSync(path, 0o755)
}
