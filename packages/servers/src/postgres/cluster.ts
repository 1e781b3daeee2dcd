import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { commandLineOf } from '../process/identity.js'
import { renameIntoPlace } from '../tools/incoming.js'
import type { Account } from './account.js'

/** The name of the cluster's superuser and of its database. */
export const databaseName = 'mnemoscope'

/**
 * The environment of Postgres' own programs. Our variables (PGDATA, LC_ALL, …) must not change what they do. `initdb` makes TZ the
 * cluster's time zone.
 */
export const postgresEnv = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/**
 * Makes the cluster once: UTF-8, Postgres' built-in C.UTF-8 collation (the same on every system; C, which sorts alike,
 * before Postgres 17, which brought it), UTC, passwords by SCRAM-SHA-256 for every connection. It is built beside its
 * place and moved there when complete, so an interrupted `initdb` leaves nothing that a later start would take for a cluster.
 */
export async function createCluster(
  binaries: string,
  dataDir: string,
  password: string,
  account: Account | undefined,
  durable: boolean,
  major: number,
): Promise<void> {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return
  mkdirSync(dirname(dataDir), { recursive: true })
  const room = mkdtempSync(join(dirname(dataDir), '.initdb-'))
  try {
    const passwordFile = join(room, 'password')
    writeFileSync(passwordFile, password, { mode: 0o600 })
    if (account !== undefined)
      for (const path of [room, passwordFile]) chownSync(path, account.uid, account.gid)
    const args = [
      ...['-D', join(room, 'data'), '-U', databaseName, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--locale=C', '--no-instructions'],
      ...(major < 17 ? [] : ['--locale-provider=builtin', '--builtin-locale=C.UTF-8']),
      ...(durable ? [] : ['--no-sync']),
    ]
    const { uid, gid } = account ?? {}
    await promisify(execFile)(join(binaries, 'bin/initdb'), args, {
      cwd: room,
      env: postgresEnv,
      ...(uid === undefined ? {} : { uid, gid }),
    })
    renameIntoPlace(join(room, 'data'), dataDir)
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim() || String(cause)
    throw new MnemoscopeError('PROCESS_ENDED', `initdb could not make a cluster in ${dataDir}\n${said}`, {
      value: dataDir,
      next: 'check that the folder can be written and the disk is not full',
      cause,
    })
  } finally {
    rmSync(room, { recursive: true, force: true })
  }
}

/** Refuses a data directory that another major version of Postgres wrote. */
export function requireVersion(dataDir: string, major: number): void {
  const found = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim()
  if (found === String(major)) return
  throw new MnemoscopeError(
    'DATABASE_VERSION',
    `${dataDir} was written by Postgres ${found}; this is ${major}`,
    {
      value: found,
      expected: `a data directory of Postgres ${major}`,
      next: `dump it with Postgres ${found} and load it into a new one, or move it away to start empty`,
    },
  )
}

/**
 * Removes the lock of a server that is gone. Postgres does so itself unless its old id has been given to another
 * process, which is usual in containers, where ids start from 1 again; so look at what that process is.
 */
export function removeStaleLock(dataDir: string): void {
  const lock = join(dataDir, 'postmaster.pid')
  if (!existsSync(lock)) return
  const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10)
  const holder = Number.isNaN(pid) ? undefined : commandLineOf(pid)
  if (holder?.includes(dataDir)) {
    throw new MnemoscopeError('ALREADY_RUNNING', `Postgres process ${pid} already uses ${dataDir}`, {
      value: pid,
      next: `stop process ${pid} (kill -INT ${pid}), or choose another folder`,
    })
  }
  rmSync(lock, { force: true })
}
