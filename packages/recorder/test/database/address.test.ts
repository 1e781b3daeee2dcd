import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { connectionOf, libpqVariables, readAddress, shownAddress, urlOf } from '../../src/database/address.js'
import { divided } from '../../src/database/connections.js'
import { lockPlaces } from '../../src/database/turns.js'

const files: Record<string, string> = {
  '/home/ann/.pg_service.conf':
    '# ours\n[other]\nhost=elsewhere\n\n[memory]\nhost = db\nport=5433\nuser=ann\npassword=ge heim\n',
  '/etc/postgresql-common/pg_service.conf': '[shared]\nhost=db\n[broken]\nhost\n[odd]\ncolour=red\n',
  '/ca.crt': 'CA',
  '/home/ann/.postgresql/postgresql.crt': 'CERT',
  '/home/ann/.postgresql/postgresql.key': 'KEY',
}
const sources = (env: NodeJS.ProcessEnv = {}) => ({
  env: { USER: 'ann', ...env },
  read: (file: string) => files[file],
  home: '/home/ann',
})
const read = (text: string, env?: NodeJS.ProcessEnv) => readAddress(text, sources(env)).parts
const refused = (text: string, env?: NodeJS.ProcessEnv) => {
  try {
    return JSON.stringify(read(text, env))
  } catch (error) {
    const { code, message, value, next } = error as Error & { code: string; value: unknown; next: string }
    return JSON.stringify({ code, message, value, next })
  }
}

const usual = { host: 'db', user: 'ann', dbname: 'memory' }

describe('An address', () => {
  test.each<[string, object]>([
    ['postgres://ann:geheim@db:5433/memory', { ...usual, password: 'geheim', port: '5433' }],
    ['postgresql://ann@db/memory', usual],
    ['postgres://db/memory', usual],
    ['postgres://db', { ...usual, dbname: 'ann' }],
    ['postgres://', { host: 'localhost', user: 'ann', dbname: 'ann' }],
    ['postgres://ann:ge%40heim@db/memory', { ...usual, password: 'ge@heim' }],
    ['postgres://ann:ge@heim@db/memory', { ...usual, password: 'ge@heim' }],
    ['postgres://ann:ge/heim@db/memory', { ...usual, password: 'ge/heim' }],
    ['postgres://ann:12/heim@db/memory', { ...usual, password: '12/heim' }],
    ['postgres://ann:12?heim@db/memory', { ...usual, password: '12?heim' }],
    ['postgres://ann:12#heim@db/memory', { ...usual, password: '12#heim' }],
    ['postgres://ann::/?#[]@@db/memory', { ...usual, password: ':/?#[]@' }],
    ['postgres://ann:100%@db/memory', { ...usual, password: '100%' }],
    ['postgres://ann:%zz%C3%A9@db/memory', { ...usual, password: '%zzé' }],
    ['postgres://ann@place:geheim@db/memory', { ...usual, user: 'ann@place', password: 'geheim' }],
    ['postgres://ann@[::1]:5433/memory', { ...usual, host: '::1', port: '5433' }],
    ['postgres://ann@%2Frun%2Fpg/memory', { ...usual, host: '/run/pg' }],
    ['postgres:///memory?host=/run/pg&user=ann', { ...usual, host: '/run/pg' }],
    ['postgres://ann@db/memory?application_name=a@b&sslmode=require', { ...usual, sslmode: 'require' }],
    ['postgres://ann@db/memory?ssl=true', { ...usual, sslmode: 'require' }],
    ['postgres://ann@db/memory?options=-c%20search_path%3Dm', { ...usual, options: '-c search_path=m' }],
    ['postgres://ann@db/memory?options=-c+search_path%3Dm', { ...usual, options: '-c search_path=m' }],
    ['host=db user=ann dbname=memory', usual],
    ["host = db user=ann dbname='memory' password='a b\\'c\\\\'", { ...usual, password: "a b'c\\" }],
    ['service=memory', { ...usual, dbname: 'ann', port: '5433', password: 'ge heim' }],
    ['postgres:///memory?service=shared', usual],
    [
      'service=memory host=other',
      { ...usual, host: 'other', dbname: 'ann', port: '5433', password: 'ge heim' },
    ],
  ])('%s is read', (text, parts) => {
    expect(read(text)).toEqual(parts)
  })

  test('has the password of the first line of a password file that fits', () => {
    files['/home/ann/.pgpass'] =
      '# ours\nother:*:*:*:no\ndb:5433:memory:ann:ge\\:h\\\\eim\nlocalhost:*:*:ann:socket\n*:*:*:ann:any\n'
    expect(read('postgres://ann@db:5433/memory').password).toBe('ge:h\\eim')
    expect(read('postgres://ann@db/memory').password).toBe('any')
    expect(read('postgres://ann@/memory?host=/run/pg').password).toBe('socket')
    expect(read('postgres://ann:own@db:5433/memory').password).toBe('own')
    expect(read('postgres://bob@db/memory')).not.toHaveProperty('password')
    expect(read('postgres://ann@db/memory', { PGPASSFILE: '/none' })).not.toHaveProperty('password')
    delete files['/home/ann/.pgpass']
  })

  test('is completed from its service, then from variables, then from defaults', () => {
    const env = {
      PGHOST: 'of-variable',
      PGPORT: '1',
      PGPASSWORD: 'v',
      PGDATABASE: 'memory',
      PGSSLMODE: 'require',
    }
    expect(read('postgres://', env)).toEqual({
      ...usual,
      ...{ host: 'of-variable', port: '1', password: 'v', sslmode: 'require' },
    })
    expect(read('postgres://db', { ...env, PGHOSTADDR: '10.0.0.1' })).toMatchObject({ host: 'db', port: '1' })
    expect(read('postgres://db', { PGHOSTADDR: '10.0.0.1' })).not.toHaveProperty('hostaddr')
    expect(read('postgres://', { ...env, PGSERVICE: 'memory' })).toMatchObject({ host: 'db', port: '5433' })
    files['/mine.conf'] = '[mine]\nhost=here\n'
    expect(read('service=mine', { PGSERVICEFILE: '/mine.conf' })).toMatchObject({ host: 'here' })
  })

  test.each<[string, string]>([
    ['http://ann:geheim@db/memory', "can't be read"],
    ['ann:geheim@db/memory', "can't be read"],
    ["password='geheim", "can't be read"],
    ['', 'empty'],
    ['postgres://ann:geheim@db/memory?colour=red', 'unknown parameter \\"colour\\"'],
    ['postgres://ann:x?geheim=1@y@db/memory?colour=red', "can't be read"],
    ['host=db colour=red', 'unknown parameter \\"colour\\"'],
    ['postgres://ann:geheim@one,two/memory', 'several hosts'],
    ['postgres://ann:geheim@db:99999/memory', '99999'],
    ['postgres://ann:geheim@db/memory?sslmode=always', 'verify-full'],
    ['postgres://ann:geheim@db/memory?connect_timeout=soon', 'connect_timeout'],
    ['service=none', '/home/ann/.pg_service.conf'],
    ['service=broken', 'name=value'],
    ['service=odd', 'unknown parameter \\"colour\\"'],
  ])('%s is refused with the next step, and without the password', (text, said) => {
    const answer = refused(text)
    expect(answer).toContain('"code":"DATABASE_ADDRESS"')
    expect(answer).toContain(said)
    expect(answer).not.toContain('geheim')
  })

  test.each([
    [
      'postgres://ann:geheim@db.example:5433/memory?sslmode=require',
      'postgres://ann:***@db.example:5433/memory',
    ],
    ['postgres://ann:ge@heim@db/memory', 'postgres://ann:***@db/memory'],
    ['host=db user=ann password=geheim dbname=memory', 'postgres://ann:***@db/memory'],
    ['postgres:///memory?host=/run/pg&password=geheim', 'postgres://ann:***@/memory?host=%2Frun%2Fpg'],
    ['postgres://127.0.0.1:5432/memory', 'postgres://ann@127.0.0.1:5432/memory'],
    ['service=memory', 'postgres://ann:***@db:5433/ann'],
    ['ann:geheim@db/memory', "an address that is not shown, as it can't be read"],
  ])('%s is shown without its password', (given, shown) => {
    expect(shownAddress(given, sources())).toBe(shown)
  })

  test('with any password is read as written, and as it is written again', () => {
    const special = fc.array(fc.constantFrom(...':/?#[]@!$&\'()*+,;=%"<>\\^`{|}~ -_.aZ1é漢'), {
      minLength: 1,
    })
    fc.assert(
      fc.property(special, (characters) => {
        const password = characters.join('')
        const url = urlOf({ ...usual, password })
        expect(read(url).password).toBe(password)
        expect(
          read(`user=ann host=db dbname=memory password='${password.replace(/['\\]/g, '\\$&')}'`).password,
        ).toBe(password)
        fc.pre(!/%[\da-f]{2}/i.test(password))
        expect(read(`postgres://ann:${password}@db/memory`)).toEqual({ ...usual, password })
      }),
    )
  })

  test('is given to libpq as variables', () => {
    expect(libpqVariables(read('postgres://ann:a@db/memory?sslmode=require&sslrootcert=/ca.crt'))).toEqual({
      ...{ PGHOST: 'db', PGUSER: 'ann', PGPASSWORD: 'a', PGDATABASE: 'memory' },
      ...{ PGSSLMODE: 'require', PGSSLROOTCERT: '/ca.crt' },
    })
  })
})

describe('TLS', () => {
  const tls = (parameters: string) =>
    connectionOf(readAddress(`postgres://ann@db/memory?${parameters}`, sources()), sources()).ssl
  const wrongName = (parameters: string) =>
    (
      tls(parameters) as { checkServerIdentity: (host: string, certificate: object) => Error | undefined }
    ).checkServerIdentity('db', { subject: { CN: 'other' }, subjectaltname: 'DNS:other' })

  test.each<[string, object | false]>([
    ['sslmode=disable', false],
    ['', { rejectUnauthorized: false }],
    ['sslmode=prefer', { rejectUnauthorized: false }],
    ['sslmode=require', { rejectUnauthorized: false, servername: 'db', cert: 'CERT', key: 'KEY' }],
    ['sslmode=require&sslrootcert=/ca.crt', { rejectUnauthorized: true, ca: 'CA' }],
    ['sslmode=verify-ca&sslrootcert=/ca.crt', { rejectUnauthorized: true, ca: 'CA' }],
    ['sslmode=verify-full', { rejectUnauthorized: true }],
    ['sslmode=verify-full&sslrootcert=system', { rejectUnauthorized: true }],
  ])('of "%s" is what psql does', (parameters, expected) => {
    if (expected === false) expect(tls(parameters)).toBe(false)
    else expect(tls(parameters)).toMatchObject(expected)
  })

  test('compares the name of the certificate only for verify-full', () => {
    expect(wrongName('sslmode=verify-ca&sslrootcert=/ca.crt')).toBeUndefined()
    expect(wrongName('sslmode=verify-full&sslrootcert=/ca.crt')).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  test('names a file that is not there', () => {
    expect(() => tls('sslmode=verify-full&sslrootcert=/none.crt')).toThrow(
      '/none.crt, which sslrootcert names',
    )
  })
})

test.each([
  [16, { work: 10, readers: 6 }, { all: 6, patient: 5 }],
  [5, { work: 4, readers: 1 }, { all: 2, patient: 1 }],
  [3, { work: 2, readers: 1 }, { all: 1, patient: 1 }],
])(
  '%p connections leave some for the work of those that hold a lock, and for what arrives',
  (all, parts, locks) => {
    expect(divided(all)).toEqual(parts)
    expect(lockPlaces(parts.work)).toEqual(locks)
  },
)
