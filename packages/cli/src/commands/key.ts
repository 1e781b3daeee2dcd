import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { basename, dirname, resolve } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import type { AuditedRequest, KeyChange, KeyFile, KeyScope } from '@mnemoscope/recorder'
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

interface CreateOptions extends KeyOptions {
  scope: KeyScope[]
  service?: string[]
  days?: number
}

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
    '--service <service...>',
    'the services that it allows this for, by their names in the label job (default: all)',
  )
  .option(
    '--days <days>',
    'how long it works (default: until it is revoked)',
    numberOption('--days', 0.001, 3_660),
  )
  .addOption(fileOption())
  .action(async (name: string, { scope, service, days, file }: CreateOptions) => {
    const { newKey, readKeyFile } = await import('@mnemoscope/recorder')
    const before = readKeyFile(file)
    const { keys } = before
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
    const given = { name, scopes: scope, ...servicesIn(service) }
    const { key, text } = newKey({ ...given, ...(expiresAt !== undefined && { expiresAt }) })
    save(file, before, [...keys, key], { change: 'create', ...given })
    show(text)
    if (keys.length === 0) print(firstKey, process.stderr)
  })

/** `mnemoscope key rotate NAME`: a new key of the same name and scopes, beside which the old one works for a while. */
const rotateCommand = new Command('rotate')
  .description(
    'make another key of the same name, scopes and services, and show it once; the old one goes on for a while',
  )
  .argument('<name>', 'name of the key')
  .option('--keep <hours>', 'how long the old one works', numberOption('--keep', 0, 24 * 366), 24)
  .option(
    '--days <days>',
    'how long the new one works (default: until it is revoked)',
    numberOption('--days', 0.001, 3_660),
  )
  .addOption(fileOption())
  .action(async (name: string, { keep, days, file }: KeyOptions & { keep: number; days?: number }) => {
    const { newKey, readKeyFile } = await import('@mnemoscope/recorder')
    const before = readKeyFile(file)
    const now = Date.now()
    const old = before.keys.filter((key) => key.name === name)
    const last = old.at(-1)
    if (last === undefined) throw refusedName(name, 'the name of a key in `mnemoscope key list`')
    const until = now + keep * 3_600_000
    const others = before.keys.filter((key) => key.name !== name)
    const kept = old
      .map((key) => ({ ...key, expiresAt: Math.min(key.expiresAt ?? until, until) }))
      .filter(({ expiresAt }) => expiresAt > now)
    const expiresAt = days === undefined ? undefined : now + days * 86_400_000
    const same = allowedBy(last)
    const { key, text } = newKey({ ...same, ...(expiresAt !== undefined && { expiresAt }) })
    save(file, before, [...others, ...kept, key], { change: 'rotate', ...same })
    show(text)
    const [{ expiresAt: end } = { expiresAt: now }] = kept
    print(
      end > now ? `The old key works until ${dateOf(end)}.\n` : 'The old key works no longer.\n',
      process.stderr,
    )
  })

/** `mnemoscope key list`: who has a key, and for what. */
const listCommand = new Command('list')
  .description('show the names, scopes, services and ends of all keys')
  .addOption(fileOption())
  .option('--json', 'print them as JSON')
  .action(async ({ file, json }: KeyOptions & { json?: true }) => {
    const { readKeyFile } = await import('@mnemoscope/recorder')
    const { keys } = readKeyFile(file)
    const shown = keys.map(({ name, scopes, services = null, expiresAt }) => ({
      ...{ name, scopes, services, expires: dateOf(expiresAt) },
    }))
    if (json) return print(`${JSON.stringify(shown)}\n`)
    for (const { name, scopes, services, expires } of shown) {
      const of = services === null ? '' : ` for ${services.join(', ')}`
      const end = expires === null ? 'no end' : `until ${expires}`
      print(`${printableLine(`${name}: ${scopes.join(', ')}${of}; ${end}`)}\n`)
    }
    if (shown.length === 0) print(`There are no keys in ${file}\n`)
  })

/** `mnemoscope key revoke NAME`: it counts from the next request on. */
const revokeCommand = new Command('revoke')
  .description('remove a key, also one that was rotated; the recorder refuses it from the next request on')
  .argument('<name>', 'name of the key')
  .addOption(fileOption())
  .action(async (name: string, { file }: KeyOptions) => {
    const { readKeyFile } = await import('@mnemoscope/recorder')
    const before = readKeyFile(file)
    const left = before.keys.filter((key) => key.name !== name)
    const key = before.keys.find((each) => each.name === name)
    if (key === undefined) throw refusedName(name, 'the name of a key in `mnemoscope key list`')
    save(file, before, left, { change: 'revoke', ...allowedBy(key) })
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
  .description(
    'show who changed something over HTTP, who was refused, and which keys were made and revoked, newest first',
  )
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
  const from = sender ?? (operation.startsWith('key ') ? 'the command line' : 'an unknown address')
  const who = `${by ?? 'without a valid key'}, from ${from}`
  const outcome = allowed ? 'done' : `refused: ${code}`
  const more = unlogged === 0 ? '' : `, and ${unlogged} more before it`
  return printableLine(`${new Date(at * 1_000).toISOString()}  ${operation}  ${outcome}${more}  (${who})`)
}

export const keyCommand = new Command('key')
  .description(
    'make, rotate, list and revoke the keys of those who may use the recorder, and show what they were used for',
  )
  .addCommand(createCommand)
  .addCommand(rotateCommand)
  .addCommand(listCommand)
  .addCommand(revokeCommand)
  .addCommand(logCommand)

/** Changes that are kept for the audit log: a recorder that runs adds them within seconds. */
const mostChanges = 200

function save(
  file: string,
  { changes }: KeyFile,
  keys: KeyFile['keys'],
  change: Pick<KeyChange, 'change' | 'name' | 'scopes' | 'services'>,
): void {
  const made: KeyChange = { id: randomUUID(), at: Date.now(), by: currentUser(), ...change }
  const content: KeyFile = { keys, changes: [...changes, made].slice(-mostChanges) }
  const text = `${JSON.stringify(content, null, 2)}\n`
  writeFiles(dirname(resolve(file)), new Map([[basename(file), text]]), () => true)
  keepOutOfCommits('.')
}

/** What a key allows, and under which name. */
function allowedBy({ name, scopes, services }: KeyFile['keys'][number]) {
  return { name, scopes, ...(services !== undefined && { services }) }
}

/** @throws MnemoscopeError USAGE for what cannot be the name of a service, such as a variable that is not set */
function servicesIn(given: readonly string[] | undefined): { services?: readonly string[] } {
  if (given === undefined) return {}
  const wrong = given.find((service) => service.trim() === '' || service.length > 220)
  if (wrong === undefined && given.length <= 100) return { services: [...new Set(given)] }
  throw new MnemoscopeError('USAGE', `--service: ${JSON.stringify(wrong ?? given.length)}`, {
    value: wrong ?? given.length,
    expected: 'at most 100 names of services, each of 1 to 220 characters',
    next: 'Give the names that the label job has; `npx mnemoscope status` shows them.',
  })
}

function currentUser(): string {
  try {
    return userInfo().username
  } catch {
    // In a container, a user may have no name.
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}

function show(text: string): void {
  print(`${text}\n`)
  print(
    'This is the only time the key is shown. Give it to its user as MNEMOSCOPE_TOKEN, or in the file that MNEMOSCOPE_TOKEN_FILE names.\n',
    process.stderr,
  )
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
