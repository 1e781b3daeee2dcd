import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { startUp, temporaryFolder, type Up } from '../harness/index.js'
import { linkTools } from '../harness/link-tools.js'

/** In place of Grafana, which only few machines have: what it is started with, and an address that answers. */
const standIn = `#!${process.execPath}
const { existsSync, writeFileSync } = require('node:fs')
const { GF_SERVER_HTTP_PORT, GF_SERVER_HTTP_ADDR, GF_PATHS_DATA } = process.env
writeFileSync(GF_PATHS_DATA + '/seen.json', JSON.stringify({ args: process.argv.slice(2), env: process.env }))
if (existsSync(__dirname + '/ends')) process.exit(1)
require('node:http').createServer((_, response) => response.end('{}')).listen(GF_SERVER_HTTP_PORT, GF_SERVER_HTTP_ADDR)
`

describe('mnemoscope up beside a program called grafana', () => {
  const folder = temporaryFolder('up-grafana')
  const bin = join(folder.path, 'release/bin')
  const applied = join(folder.path, '.mnemoscope/generated/current')
  let up: Up | undefined

  const start = () =>
    startUp(folder.path, ['--ports', 'auto'], { PATH: `${bin}${delimiter}${process.env.PATH}` })
  const rules = () => readFileSync(join(applied, 'prometheus/rules/f1_score.yml'), 'utf8')

  beforeAll(() => {
    writeFileSync(join(folder.path, 'mnemoscope.config.ts'), 'export default { services: [] }\n')
    mkdirSync(join(folder.path, 'release/conf'), { recursive: true })
    mkdirSync(bin)
    writeFileSync(join(folder.path, 'release/conf/defaults.ini'), '')
    writeFileSync(join(bin, 'grafana'), standIn, { mode: 0o755 })
    linkTools(folder.path)
  })

  afterAll(async () => {
    await up?.end('SIGTERM')
    folder.remove()
  }, 60_000)

  test('starts it, writes its address down, and has alerts lead to it', async () => {
    up = await start()
    const { grafana } = up.run
    expect(grafana).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(up.output()).toContain(`${grafana}/dashboards`)
    expect(rules()).toContain(`dashboard_url: ${grafana}/d/mnemoscope-kpi-f1_score`)
    const { args, env } = JSON.parse(readFileSync(join(folder.path, '.mnemoscope/grafana/seen.json'), 'utf8'))
    expect(args).toEqual(['server', '--homepath', join(folder.path, 'release')])
    const provisioned = (name: string) =>
      readFileSync(join(env.GF_PATHS_PROVISIONING, name, 'mnemoscope.yml'), 'utf8')
    expect(provisioned('dashboards')).toContain(`path: ${applied}/grafana/dashboards`)
    expect(provisioned('datasources')).toContain(`url: ${up.run.prometheus}`)
    const [host, port] = env.MNEMOSCOPE_POSTGRES_ADDRESS.split(':')
    const reader = new pg.Client({
      host,
      port: Number(port),
      user: 'mnemoscope_reader',
      database: env.MNEMOSCOPE_POSTGRES_DATABASE,
      password: env.MNEMOSCOPE_READER_PASSWORD,
    })
    await reader.connect()
    await reader.query('SELECT count(*) FROM performance_snapshots').finally(() => reader.end())
    expect(await up.end('SIGTERM')).toBe(0)
  }, 150_000)

  test('goes on without it where it does not start', async () => {
    writeFileSync(join(bin, 'ends'), '')
    up = await start()
    expect(up.run.grafana).toBeUndefined()
    expect(up.output()).toContain('Continuing without Grafana')
    expect(rules()).toContain(`dashboard_url: ${up.run.recorder}/?kpi=f1_score`)
  }, 150_000)
})
