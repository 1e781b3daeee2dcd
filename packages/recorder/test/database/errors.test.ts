import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { databaseUnreachable, shownAddress, troubleOf } from '../../src/database/errors.js'
import { notification, postWebhook } from '../plumbing/notification.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

describe('a connection string', () => {
  test.each([
    [
      'postgres://ann:geheim@db.example:5433/memory?sslmode=require',
      'postgres://ann:***@db.example:5433/memory',
    ],
    ['postgresql://ann:ge%40heim@db/memory', 'postgresql://ann:***@db/memory'],
    ['postgres://ann:ge@heim@db/memory', 'postgres://ann:***@db/memory'],
    ['postgres:///memory?host=/run/pg&user=ann&password=geheim', 'postgres:///memory'],
    ['postgres://127.0.0.1:5432/memory', 'postgres://127.0.0.1:5432/memory'],
  ])('%s is shown without its password', (given, shown) => {
    expect(shownAddress(given)).toBe(shown)
  })

  test.each([
    'host=db user=ann password=geheim dbname=memory',
    "password='geheim'",
    'ann:geheim@db/memory',
    'https://ann:geheim@db/memory',
    'postgres://ann:ge/geheim@db/memory',
    'postgres://ann:12/geheim@db/memory',
    'postgres://ann:12?geheim@db/memory',
    'postgres://ann:12#geheim@db/memory',
  ])('nothing is shown of %s, whatever the reason quotes', (given) => {
    const reason = new Error(`database "geheim@db/memory" does not exist: ${given}`)
    const { message, value, cause } = databaseUnreachable(given, reason)
    expect(message).toMatch(/^Postgres at an address that is not shown, .* does not answer/)
    expect(JSON.stringify({ message, value, cause: String(cause) })).not.toContain('geheim')
  })
})

test.each([
  ['28P01', 'refuses the user or the password', 'Correct user and password'],
  ['3D000', 'has no such database', 'Create the database'],
  ['53300', 'has no connection left', 'Raise max_connections'],
  ['ECONNREFUSED', 'does not answer', 'Start Postgres'],
])('a session that fails with %s says what is wrong', (code, what, step) => {
  const { message, next } = databaseUnreachable('postgres://ann:secret@db/memory', failed(code))
  expect(message).toBe(`Postgres at postgres://ann:***@db/memory ${what}: failed`)
  expect(next).toContain(step)
})

const failed = (code: string) => Object.assign(new Error('failed'), { code })

describe('a failure of Postgres', () => {
  test.each<[string, string, string | undefined]>([
    ['a broken connection', '08006', 'DATABASE_UNREACHABLE'],
    ['a login that is refused', '28P01', 'DATABASE_UNREACHABLE'],
    ['a database that is not there', '3D000', 'DATABASE_UNREACHABLE'],
    ['a server that shuts down', '57P01', 'DATABASE_UNREACHABLE'],
    ['a server that starts', '57P03', 'DATABASE_UNREACHABLE'],
    ['no connection left', '53300', 'DATABASE_UNREACHABLE'],
    ['a socket that broke', 'ECONNRESET', 'DATABASE_UNREACHABLE'],
    ['a full disk', '53100', 'DATABASE_UNABLE'],
    ['no memory left', '53200', 'DATABASE_UNABLE'],
    ['a limit of the server', '53400', 'DATABASE_UNABLE'],
    ['a read-only server', '25006', 'DATABASE_UNABLE'],
    ['a statement that took too long', '57014', 'DATABASE_UNABLE'],
    ['a lock that was not to be had', '55P03', 'DATABASE_UNABLE'],
    ['a deadlock', '40P01', 'DATABASE_UNABLE'],
    ['a lost race', '40001', 'DATABASE_UNABLE'],
    ['a disk that fails', '58030', 'DATABASE_UNABLE'],
    ['a transaction that was idle for too long', '25P03', 'DATABASE_UNABLE'],
    ['a broken constraint', '23505', undefined],
    ['a mistake in a statement', '42601', undefined],
    ['a table that is not there', '42P01', undefined],
    ['a value that does not fit', '22003', undefined],
    ['no failure of Postgres', 'ERR_ASSERTION', undefined],
  ])('%s (%s) is reported as %s', (_, state, code) => {
    expect(troubleOf(failed(state))?.code).toBe(code)
  })

  test.each([undefined, null, 'text', new Error('of ours'), { code: 53100 }])('%p is not one', (error) => {
    expect(troubleOf(error)).toBeUndefined()
  })
})

describe('a recorder whose Postgres refuses to write', () => {
  let recorder: TestRecorder

  beforeAll(async () => {
    recorder = await startTestRecorder()
  })

  afterAll(() => recorder?.stop())

  const alert = () =>
    notification([
      {
        status: 'firing',
        labels: { alertname: 'MnemoscopeOther', severity: 'warning' },
        startsAt: '2026-01-02T03:04:05Z',
      },
    ])

  test.each([
    ['53100', 'no space left'],
    ['58030', 'fails it'],
    ['53200', 'out of memory'],
  ])(
    'for %s answers a notification 503 with the next step and when to try again, and stores it later',
    async (state, message) => {
      const { pool, url } = recorder
      await pool.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '${state}'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON alert_episodes EXECUTE FUNCTION refuse()`)
      const response = await fetch(`${url}/api/webhook/alertmanager`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alert()),
      })
      expect(response.status).toBe(503)
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await response.json()).toEqual({
        error: {
          code: 'DATABASE_UNABLE',
          message: expect.stringContaining(message),
          next: expect.stringMatching(/disk|log/),
        },
      })
      await pool.query('DROP FUNCTION refuse CASCADE')
      expect(await postWebhook(url, alert())).toMatchObject({ status: 200, body: { transitions: 1 } })
      await pool.query('DELETE FROM alert_episodes')
    },
  )

  test('because it is read-only says so', async () => {
    const { pool, url, databaseUrl } = recorder
    const name = new URL(databaseUrl).pathname.slice(1)
    await pool.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    // It holds for new connections.
    await pool.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
      [name],
    )
    await waitFor(async () => {
      const { status, body } = await postWebhook(url, alert())
      expect(status).toBe(503)
      return body.error?.code === 'DATABASE_UNABLE'
    })
    await pool.query(`BEGIN READ WRITE; ALTER DATABASE ${name} RESET default_transaction_read_only; COMMIT`)
  })
})
