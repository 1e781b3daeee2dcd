import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { databaseUnreachable, isUnreachable, troubleOf } from '../../src/database/errors.js'
import { notification, postWebhook } from '../plumbing/notification.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

test.each([
  ['28P01', 'failed', 'refuses the user or the password', 'Correct user and password'],
  ['3D000', 'failed', 'has no such database', 'Create the database'],
  ['08P01', 'no such database: memory', 'has no such database', 'Create the database'],
  ['53300', 'failed', 'has no connection left', 'CONNECTION LIMIT'],
  ['08P01', 'no more connections allowed (max_client_conn)', 'has no connection left', 'max_client_conn'],
  ['ECONNREFUSED', 'failed', 'does not answer', 'Start Postgres'],
  ['08P01', 'unsupported startup parameter: options', 'is behind a pooler', 'ALTER ROLE'],
  [
    undefined,
    'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string',
    'asks for a password',
    'PGPASSWORD',
  ],
  [undefined, 'The server does not support SSL connections', 'has no TLS', 'sslmode=disable'],
  [
    '28000',
    'no pg_hba.conf entry for host "::1", user "a", database "b", no encryption',
    'with TLS only',
    'sslmode',
  ],
  ['08P01', 'SSL required', 'with TLS only', 'sslmode'],
  [
    '28000',
    'no pg_hba.conf entry for host "::1", user "a", database "b", SSL encryption',
    'not in from',
    'pg_hba',
  ],
  ['28000', 'connection requires a valid client certificate', 'client certificate', 'sslcert'],
  [
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'tlsv13 alert certificate required',
    'client certificate',
    'sslcert',
  ],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'failed', 'not trusted', 'sslrootcert'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'failed', 'not trusted', 'sslrootcert'],
  ['CERT_HAS_EXPIRED', 'failed', 'not valid now', 'Renew'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'failed', 'for another name', 'verify-ca'],
  ['ERR_OSSL_PEM_NO_START_LINE', 'failed', 'certificate files', 'PEM'],
])('a session that fails with %s %p says what is wrong', (code, text, what, step) => {
  const error = Object.assign(new Error(text), code === undefined ? {} : { code })
  expect(isUnreachable(error)).toBe(true)
  const { message, next } = databaseUnreachable('postgres://ann:secret@db/memory', error)
  expect(message).toContain(`Postgres at postgres://ann:***@db/memory `)
  expect(message).toContain(what)
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
