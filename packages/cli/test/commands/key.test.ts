import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { followKeyFile, hashOf } from '@mnemoscope/recorder'
import { mnemoscopeHere } from '../../../../test/harness/command.js'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'

const folder = temporaryFolder('keys')

afterAll(folder.remove)

const key = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await mnemoscopeHere(folder.path, ['key', ...args])
  return { exitCode, stdout: stdout.trim(), stderr }
}

test('a rotated key works beside the new one for the time that is stated, then not, and both are revoked by name', async () => {
  const file = join(folder.path, '.mnemoscope/keys.json')
  const first = await key('create', 'ci', '--scope', 'read', 'configure')
  const now = followKeyFile(file)
  expect(now().keys.map(({ sha256 }) => sha256)).toEqual([hashOf(first.stdout)])

  const before = Date.now()
  const second = await key('rotate', 'ci', '--keep', '2')
  expect(second.stderr).toMatch(/The old key works until \d{4}-/)
  expect(now().keys).toEqual([
    {
      ...{ name: 'ci', scopes: ['read', 'configure'], sha256: hashOf(first.stdout) },
      expiresAt: expect.any(Number),
    },
    { name: 'ci', scopes: ['read', 'configure'], sha256: hashOf(second.stdout) },
  ])
  expect(Math.abs((now().keys[0]?.expiresAt ?? 0) - before - 7_200_000)).toBeLessThan(60_000)
  // A rotation does not let an old key work for longer than it would.
  await key('rotate', 'ci', '--keep', '48')
  expect(Math.abs((now().keys[0]?.expiresAt ?? 0) - before - 7_200_000)).toBeLessThan(60_000)
  const last = await key('rotate', 'ci', '--keep', '0')
  expect(now().keys.map(({ sha256 }) => sha256)).toEqual([hashOf(last.stdout)])

  expect((await key('rotate', 'nobody')).exitCode).toBe(2)
  expect((await key('revoke', 'ci')).exitCode).toBe(0)
  expect(now().keys).toEqual([])
  expect(now().changes.map(({ change, name }) => `${change} ${name}`)).toEqual([
    ...['create ci', 'rotate ci', 'rotate ci', 'rotate ci', 'revoke ci'],
  ])
  expect(new Set(now().changes.map(({ id }) => id)).size).toBe(5)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  for (const { stdout } of [first, second, last]) expect(readFileSync(file, 'utf8')).not.toContain(stdout)
})

test('a key for services alone keeps them when it is rotated, and a name that is none is refused', async () => {
  const file = join(folder.path, 'limited.json')
  const limited = (...args: string[]) => key(...args, '--file', file)
  await limited('create', 'team', '--scope', 'read', '--service', 'search', 'chat', 'search')
  await limited('rotate', 'team')
  const { keys, changes } = followKeyFile(file)()
  for (const each of [...keys, ...changes]) expect(each.services).toEqual(['search', 'chat'])
  expect((await limited('list')).stdout).toMatch(/^team: read for search, chat; until /)
  expect(await limited('create', 'ci', '--scope', 'read', '--service', '')).toMatchObject({ exitCode: 2 })
})
