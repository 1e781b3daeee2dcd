import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually, mnemoscopeHere } from '../harness/index.js'
import { gains } from '../security/attack.js'
import { databaseAttacks, readerAttacks } from '../security/attacks/database.js'
import { recorderAttacks } from '../security/attacks/recorder.js'
import { lifecycleAttacks, serverAttacks } from '../security/attacks/servers.js'
import { type Demo, isAlive, startDemo } from './demo.js'

describe('mnemoscope up --demo', () => {
  // Its rows and its report, a fault and its end, a start after kill -9: up.suite.ts.
  let demo: Demo

  beforeAll(async () => {
    demo = await startDemo('up', '15s')
  }, 180_000)

  afterAll(() => demo?.stop(), 60_000)

  test('prints the address of the page', () => {
    expect(demo.up.output()).toContain(`${demo.up.run.recorder}/sign-in?code=`)
  })

  test('Prometheus, Alertmanager and the recorder use the password, and nobody else gets in', async () => {
    const { prometheus, alertmanager, database, serversPasswordFile } = demo.up.run
    expect(statSync(serversPasswordFile).mode & 0o777).toBe(0o600)
    const user = `mnemoscope:${readFileSync(serversPasswordFile, 'utf8').trim()}`
    const query = 'sum(up) == 4'
    const headers = { authorization: `Basic ${btoa(user)}` }
    await eventually('four targets that answer', async () => {
      const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query })}`, {
        headers,
      })
      return JSON.parse(await response.text()).data.result.length === 1
    })
    const explained = await mnemoscopeHere(demo.folder, ['explain', 'MnemoscopeConfigChanged', '--json'])
    expect(explained).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('MnemoscopeConfigChanged'),
    })
    const looked = await mnemoscopeHere(demo.folder, ['doctor'])
    expect([looked.exitCode, looked.stdout]).toEqual([0, expect.stringContaining('Nothing is wrong.')])
    expect(await gains([...serverAttacks, ...lifecycleAttacks], { prometheus, alertmanager })).toEqual({})
    expect(await gains(databaseAttacks, { database })).toEqual({})
    const { reader = '', readerPasswordFile = '' } = demo.up.run
    const asReader = Object.assign(new URL(reader), {
      password: readFileSync(readerPasswordFile, 'utf8').trim(),
    })
    expect(await gains(readerAttacks, { database: asReader.href })).toEqual({})
  }, 60_000)

  test('only keys and a signed-in page write to the recorder, and a rotated or revoked key no longer does', async () => {
    const { recorder } = demo.up.run
    expect(await gains(recorderAttacks, { recorder })).toEqual({})
    const { rows } = await demo.database.query(
      "SELECT FROM alert_episodes WHERE alertname = 'MnemoscopeForged'",
    )
    expect(rows).toEqual([])

    const reread = async (headers: Record<string, string>) => {
      const init = { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json', ...headers } }
      return (await fetch(`${recorder}/api/config`, init)).status
    }
    const address = /http:\S+\/sign-in\?code=\S+/.exec(demo.up.output())?.[0] ?? ''
    const signIn = async () => {
      const { status, headers } = await fetch(address, { redirect: 'manual' })
      return { status, cookie: headers.get('set-cookie')?.split(';')[0] }
    }
    const { cookie = '' } = await signIn()
    expect(await reread({ cookie, origin: recorder })).toBe(200)
    expect(await reread({ cookie, origin: 'http://127.0.0.1:1' })).toBe(403)
    expect(await signIn()).toEqual({ status: 303, cookie: undefined })

    const made = await mnemoscopeHere(demo.folder, ['key', 'create', 'ops', '--scope', 'configure'])
    const authorization = `Bearer ${made.stdout.trim()}`
    const since = new Date()
    await eventually('a measurement of the demo, which has a key of its own', async () => {
      const { rowCount } = await demo.database.query('SELECT FROM measurements WHERE at > $1 LIMIT 1', [
        since,
      ])
      return rowCount === 1
    })
    expect(await reread({ authorization })).toBe(200)
    const rotated = await mnemoscopeHere(demo.folder, ['key', 'rotate', 'ops', '--keep', '0.0005'])
    const ends = Date.now() + 1_800
    expect(await reread({ authorization })).toBe(200)
    expect(await reread({ authorization: `Bearer ${rotated.stdout.trim()}` })).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, ends - Date.now()))
    expect(await reread({ authorization })).toBe(401)
    await mnemoscopeHere(demo.folder, ['key', 'revoke', 'ops'])
    expect(await reread({ authorization: `Bearer ${rotated.stdout.trim()}` })).toBe(401)
    await eventually('what was done with the key in the audit log', async () => {
      const { stdout } = await mnemoscopeHere(demo.folder, ['key', 'log'])
      return ['create', 'rotate', 'revoke'].every((change) => stdout.includes(`key ${change} ops done`))
    })
    // The log comes through another process.
    const log = () => readFileSync(join(demo.folder, '.mnemoscope/logs/recorder.log'), 'utf8')
    await eventually('the change in the log', async () => log().includes('"by":"ops"'))
    expect(log()).not.toContain(made.stdout.trim())
  }, 60_000)

  test('refuses a second start in the same folder, naming the first', async () => {
    const second = await mnemoscopeHere(demo.folder, ['up', '--demo', '--ports', 'auto'])
    expect(second.exitCode).toBe(1)
    expect(second.stderr).toContain('ALREADY_RUNNING')
    expect(second.stderr).toContain(String(demo.up.pid))
  }, 30_000)

  test('Ctrl-C ends every process and removes the run file', async () => {
    await demo.database.end()
    expect(await demo.up.end('SIGINT')).toBe(0)
    for (const pid of Object.values(demo.up.run.pids)) expect(isAlive(pid)).toBe(false)
    expect((await mnemoscopeHere(demo.folder, ['report'])).stderr).toContain('NOT_RUNNING')
    // The demo ends before the recorder that it sends to.
    const log = readFileSync(join(demo.folder, '.mnemoscope/logs/demo.log'), 'utf8')
    expect(log).not.toContain('MEASUREMENTS_DROPPED')
  }, 60_000)
})
