import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { type Ground, makeSecrets, prepareGround } from './containers.js'

// The containers' command lines with these secrets: containers.suite.ts.
const folder = temporaryFolder('compose-secrets')
let ground: Ground

beforeAll(async () => {
  ground = await prepareGround(folder.path)
  await makeSecrets(ground)
})
afterAll(() => folder.remove())

function secret(path: string): string {
  return readFileSync(join(folder.path, 'run/secrets', path), 'utf8').trim()
}

test('passwords are long, differ, and stay what they are', async () => {
  const names = [
    ...['postgres/administrator', 'postgres/recorder', 'postgres/reader', 'grafana/administrator'],
    'prometheus/servers-password',
  ]
  const before = names.map(secret)
  expect(new Set(before).size).toBe(5)
  for (const each of before) expect(each).toMatch(/^[0-9a-f]{48}$/)
  await makeSecrets(ground)
  expect(names.map(secret)).toEqual(before)
})

test('passwords are the same where two services share one', () => {
  expect(secret('grafana/reader')).toBe(secret('postgres/reader'))
  for (const service of ['alertmanager', 'recorder', 'grafana']) {
    expect(secret(`${service}/servers-password`)).toBe(secret('prometheus/servers-password'))
  }
  expect(secret('recorder/pgpass')).toBe(`*:*:*:mnemoscope_recorder:${secret('postgres/recorder')}`)
})

test('the files that Prometheus and Alertmanager read have a hash of their password, and stay what they are', async () => {
  const files = () => ['prometheus/web.yml', 'alertmanager/web.yml'].map(secret)
  const before = files()
  for (const each of before) {
    expect(each).toMatch(/^basic_auth_users:\n {2}mnemoscope: \$2/)
    expect(each).not.toContain(secret('prometheus/servers-password'))
  }
  await makeSecrets(ground)
  expect(files()).toEqual(before)
})

test('the password of the recorder lies in a file that nobody else reads, or its client would not read it', () => {
  for (const file of ['pgpass', 'servers-password']) {
    expect(statSync(join(folder.path, 'run/secrets/recorder', file)).mode & 0o777).toBe(0o400)
  }
})
