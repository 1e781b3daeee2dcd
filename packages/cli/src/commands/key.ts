import { resolve } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import type { AuditedRequest, Key, KeyScope } from '@mnemoscope/recorder'
import { Command, Option } from 'commander'
import { keyFileOf } from '../keys.js'
import { numberOption, timeOption } from '../options.js'
import { writeFiles } from '../project-files.js'
import { ask, recorderUrl } from '../recorder-client.js'
import { print, printableLine } from '../terminal.js'
import { keepOutOfCommits } from '../up/run-file.js'

/** As `@mnemoscope/recorder` has them, which would take a while to load for `--help`. */
const scopes: readonly KeyScope[] = ['read', 'write:measurements', 'write:alerts', 'acknowledge', 'configure']

interface KeyOptions {
  file: string
}

const fileOption = () =>
  new Option('--file <file>', 'file of the keys').default(keyFileOf('.'), '.mnemoscope/keys.json')

/** Until then a recorder without a token takes measurements, and that of `mnemoscope record` nearly everything, from all. */
const firstKey =
  'This is the first key. Now the recorder refuses every request without a key or its token, also measurements of services: ' +
  'give each service a key with --scope write:measurements as MNEMOSCOPE_TOKEN. At `mnemoscope record`, people need one with ' +
  '--scope read, and Alertmanager one with --scope write:alerts, in the file of alerting.recorderTokenFile.\n'

/** `mnemoscope key create NAME`: shows a new key once. */
const createCommand = new Command('create')
  .description('make a key and show it once; only its hash is kept')
  .argument('<name>', 'who uses it: the name that the history shows')
  .addOption(new Option('--scope <scope...>', 'what it allows').choices(scopes).makeOptionMandatory())
  .option(
    '--days <days>',
    'how long it works (default: until it is revoked)',
    numberOption('--days', 0.001, 3_660),
  )
  .addOption(fileOption())
  .action(async (name: string, { scope, days, file }: KeyOptions & { scope: KeyScope[]; days?: number }) => {
    const { newKey, readKeys } = await import('@mnemoscope/recorder')
    const keys = readKeys(file)
    if (
      !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name) ||
      ['owner', 'token', 'alertmanager', 'demo'].includes(name)
    ) {
      throw refusedName(
        name,
        'letters, digits, "_", "." and "-", at most 64; not owner, token, alertmanager or demo',
      )
    }
    if (keys.some((key) => key.name === name)) throw refusedName(name, 'a name that no other key has')
    const expiresAt = days === undefined ? undefined : Date.now() + days * 86_400_000
    const { key, text } = newKey({ name, scopes: scope, ...(expiresAt !== undefined && { expiresAt }) })
    save(file, [...keys, key])
    print(`${text}\n`)
    print(
      'This is the only time the key is shown. Give it to its user as MNEMOSCOPE_TOKEN, or in the file that MNEMOSCOPE_TOKEN_FILE names.\n',
      process.stderr,
    )
    if (keys.length === 0) print(firstKey, process.stderr)
  })

/** `mnemoscope key list`: who has a key, and for what. */
const listCommand = new Command('list')
  .description('show the names, scopes and ends of all keys')
  .addOption(fileOption())
  .option('--json', 'print them as JSON')
  .action(async ({ file, json }: KeyOptions & { json?: true }) => {
    const { readKeys } = await import('@mnemoscope/recorder')
    const keys = readKeys(file)
    const shown = keys.map(({ name, scopes, expiresAt }) => ({ name, scopes, expires: dateOf(expiresAt) }))
    if (json) return print(`${JSON.stringify(shown)}\n`)
    for (const { name, scopes, expires } of shown) {
      print(
        `${printableLine(name)}: ${scopes.join(', ')}; ${expires === null ? 'no end' : `until ${expires}`}\n`,
      )
    }
    if (shown.length === 0) print(`There are no keys in ${file}\n`)
  })

/** `mnemoscope key revoke NAME`: it counts from the next request on. */
const revokeCommand = new Command('revoke')
  .description('remove a key; the recorder refuses it from the next request on')
  .argument('<name>', 'name of the key')
  .addOption(fileOption())
  .action(async (name: string, { file }: KeyOptions) => {
    const { readKeys } = await import('@mnemoscope/recorder')
    const keys = readKeys(file)
    const left = keys.filter((key) => key.name !== name)
    if (left.length === keys.length) throw refusedName(name, 'the name of a key in `mnemoscope key list`')
    save(file, left)
    print(`Revoked: ${name}\n`)
  })

interface LogOptions {
  url?: string
  hours: number
  from?: string
  to?: string
  limit: number
  json?: true
}

/** `mnemoscope key log`: what keys were used for, and who was refused. */
const logCommand = new Command('log')
  .description('show who changed something over HTTP, and who was refused, newest first')
  .option('--url <url>', 'recorder (default: the one that runs here, else endpoints.recorder)')
  .option('--hours <hours>', 'how far back', numberOption('--hours', 0.01, 24 * 3_650), 24)
  .option('--from <time>', 'begin, such as 2026-01-31T14:00Z, in place of --hours', timeOption('--from'))
  .option('--to <time>', 'end (default: now)', timeOption('--to'))
  .option('--limit <entries>', 'most entries', numberOption('--limit', 1, 1_000), 100)
  .option('--json', 'print them as JSON')
  .action(async ({ url, json, ...query }: LogOptions) => {
    const { entries } = await ask(await recorderUrl(url), 'GET /api/audit', { has: 'entries', query })
    if (json) return print(`${JSON.stringify(entries, null, 2)}\n`)
    for (const entry of entries) print(`${auditLine(entry)}\n`)
    if (entries.length === 0) print('Nobody changed anything or was refused in this time.\n')
  })

function auditLine(entry: AuditedRequest): string {
  const { at, by, sender, operation, allowed, code, unlogged } = entry
  const who = `${by ?? 'without a valid key'}, from ${sender ?? 'an unknown address'}`
  const outcome = allowed ? 'done' : `refused: ${code}`
  const more = unlogged === 0 ? '' : `, and ${unlogged} more before it`
  return printableLine(`${new Date(at * 1_000).toISOString()}  ${operation}  ${outcome}${more}  (${who})`)
}

export const keyCommand = new Command('key')
  .description(
    'make, list and revoke the keys of those who may use the recorder, and show what they were used for',
  )
  .addCommand(createCommand)
  .addCommand(listCommand)
  .addCommand(revokeCommand)
  .addCommand(logCommand)

function save(file: string, keys: readonly Key[]): void {
  writeFiles(resolve('.'), new Map([[file, `${JSON.stringify(keys, null, 2)}\n`]]), () => true)
  keepOutOfCommits('.')
}

function dateOf(expiresAt: number | undefined): string | null {
  return expiresAt === undefined ? null : new Date(expiresAt).toISOString()
}

function refusedName(name: string, expected: string): MnemoscopeError {
  return new MnemoscopeError('USAGE', `no key of the name ${JSON.stringify(name)}`, {
    value: name,
    expected,
    next: 'Run `npx mnemoscope key list` to see the keys.',
  })
}
