import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type CliResult, mnemoscopeHere, temporaryFolder } from '../../../../test/harness/index.js'
import { type ReaderDatabase, startReaderDatabase } from '../../../../test/harness/reader-database.js'
import { repository } from '../../../../test/harness/repository.js'
import { openPsql } from '../../src/sql/psql.js'
import { readerAddress } from '../../src/sql/reader-address.js'

const folder = temporaryFolder('sql')
let database: ReaderDatabase

beforeAll(async () => {
  database = await startReaderDatabase()
}, 120_000)
afterAll(async () => {
  await database?.stop()
  folder.remove()
})

function sql(...args: string[]): Promise<CliResult> {
  return mnemoscopeHere(folder.path, ['sql', ...args], { MNEMOSCOPE_READER_URL: database.reader })
}

const mixed = `SELECT 9007199254740993 AS big, 0.30000000000000004::float8 AS exact, true AS yes, NULL AS unknown, '=1+1' AS text,
  '2026-03-16 10:20:00.5+00'::timestamptz AS at, '{"a": 1}'::jsonb AS object, ARRAY['a', 'b'] AS list, -5 AS less`

describe('An answer', () => {
  test('is a table for people', async () => {
    const { stdout, exitCode } = await sql(
      "SELECT 'a' AS model, 0.123456789 AS f1, 1234567 AS tokens, NULL AS none UNION ALL SELECT 'long', 1, 2, NULL",
    )
    expect(stdout).toBe(
      [
        'model        f1   tokens  none',
        'a      0.123457  1234567  –',
        'long          1        2  –',
        '(2 rows)',
        '',
      ].join('\n'),
    )
    expect(exitCode).toBe(0)
  })

  test('is JSON with all digits', async () => {
    const { stdout } = await sql(mixed, '--json')
    expect(stdout).toContain('"big":9007199254740993,')
    expect(JSON.parse(stdout)).toEqual([
      {
        ...{ big: 9007199254740992, exact: 0.30000000000000004, yes: true, unknown: null, text: '=1+1' },
        ...{ at: '2026-03-16T10:20:00.5Z', object: { a: 1 }, list: ['a', 'b'], less: -5 },
      },
    ])
    expect((await sql('SELECT 1 WHERE false', '--json')).stdout).toBe('[]\n')
    expect(
      JSON.parse((await sql("SELECT 'NaN'::float8 AS n FROM generate_series(1, 2)", '--json')).stdout),
    ).toEqual([{ n: 'NaN' }, { n: 'NaN' }])
  })

  test('is CSV that a spreadsheet does not run', async () => {
    const { stdout } = await sql(mixed, '--csv')
    expect(stdout.split('\r\n')).toEqual([
      'big,exact,yes,unknown,text,at,object,list,less',
      `9007199254740993,0.30000000000000004,true,,'=1+1,2026-03-16T10:20:00.5Z,"{""a"": 1}","[""a"",""b""]",-5`,
      '',
    ])
  })

  test('that is longer than a batch is complete, and one that is cut says so', async () => {
    const all = 'SELECT n FROM generate_series(1, 1201) AS n'
    expect((await sql(all, '--csv')).stdout.split('\r\n')).toHaveLength(1 + 1_201 + 1)
    const cut = await sql(all)
    expect(cut.stdout).toMatch(/\n1000\n\(1,000 rows\)\n$/)
    expect(cut.stderr).toBe('Cut after 1,000 rows, there are more: --limit shows more, --csv all.\n')
    expect((await sql(all, '--limit', '1201')).stderr).toBe('')
    const few = await sql(all, '--json', '--limit', '2')
    expect(JSON.parse(few.stdout)).toEqual([{ n: 1 }, { n: 2 }])
    expect(few.stderr).toContain('without --limit you get all')
  })

  test('with two columns of one name is refused as JSON', async () => {
    const { stderr, exitCode } = await sql('SELECT 1 AS a, 2 AS a', '--json')
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'USAGE', value: 'a' })
    expect(exitCode).toBe(2)
  })
})

describe('A query that Postgres refuses', () => {
  test.each([
    [
      'names its place',
      'SELECT id,\n  f1_scor\nFROM performance_snapshots',
      [
        'at line 2, column 3: column "f1_scor" does not exist',
        '\n      f1_scor\n      ^\n',
        'f1_score',
        'Next: See the dictionary',
      ],
    ],
    ['of two statements asks for one', 'SELECT 1; SELECT 2', ['Next: Run one statement at a time.']],
    ['that writes is told who writes', 'DELETE FROM alert_episodes', ['Next: Ask with SELECT.']],
    [
      'of a wrong value has its reason',
      "SELECT 'x'::int",
      ['invalid input syntax', 'column 8', 'docs/sql.md has examples'],
    ],
  ])('%s', async (_, query, parts) => {
    const { stderr, stdout, exitCode } = await sql(query)
    for (const part of ['DATABASE_QUERY', ...parts]) expect(stderr).toContain(part)
    expect([stdout, exitCode]).toEqual(['', 2])
  })

  test('that takes too long says how to give it more time', async () => {
    const { stderr } = await sql('SELECT pg_sleep(10)', '--timeout', '0.2')
    expect(stderr).toContain('Next: The limit is 0.2 s. Ask for a shorter time')
  })

  test('that is empty is no query', async () => {
    expect((await sql('  ')).stderr).toContain('there is no query')
  })
})

describe('The connection', () => {
  test('changes nothing, whatever the query does', async () => {
    const attempts = [
      'SET TRANSACTION READ WRITE',
      'COMMIT',
      "SELECT set_config('transaction_read_only', 'off', true)",
    ]
    for (const attempt of attempts) await sql(attempt)
    const { stderr } = await sql("INSERT INTO reconciles (cluster, reached) VALUES ('x', now())")
    expect(stderr).toContain('DATABASE_QUERY')
    expect((await database.run('SELECT FROM reconciles')).rowCount).toBe(0)
  })

  test('is never that of a role that may write', async () => {
    const { stderr, exitCode } = await mnemoscopeHere(folder.path, ['sql', 'SELECT 1'], {
      MNEMOSCOPE_READER_URL: database.admin,
    })
    expect(stderr).toMatch(
      /USAGE\n {2}the role "\w+" may change the history\n {2}Expected: a role that only reads\n {2}Next: Make one with deploy\/postgres/,
    )
    expect(stderr).not.toContain(new URL(database.admin).password)
    expect(exitCode).toBe(2)
  })

  test('needs a database', async () => {
    const without = await mnemoscopeHere(folder.path, ['sql', 'SELECT 1'])
    expect(without.stderr).toMatch(/NOT_RUNNING[\s\S]+Next: .*MNEMOSCOPE_READER_URL/)
    const wrong = await mnemoscopeHere(folder.path, ['sql', 'SELECT 1'], {
      MNEMOSCOPE_READER_URL: 'http://x',
    })
    expect(wrong.stderr).toMatch(/DATABASE_ADDRESS[\s\S]+MNEMOSCOPE_READER_URL/)
    const silent = await mnemoscopeHere(folder.path, ['sql', 'SELECT 1'], {
      MNEMOSCOPE_READER_URL: 'postgres://reader:hidden@127.0.0.1:1/x',
    })
    expect(silent.stderr).toContain('DATABASE_UNREACHABLE')
    expect(silent.stderr).not.toContain('hidden')
  })
})

describe('The address', () => {
  const passwordFile = join(folder.path, 'password')
  const env = {
    MNEMOSCOPE_READER_URL: 'postgres://reader@db:5433/memory',
    MNEMOSCOPE_READER_PASSWORD_FILE: passwordFile,
  }
  const address = (...args: string[]) => mnemoscopeHere(folder.path, ['sql', '--address', ...args], env)
  beforeAll(() => writeFileSync(passwordFile, 'p w\n'))

  test('has no password unless asked for, and says where it is', async () => {
    const { stdout, stderr } = await address()
    expect(stdout).toBe('postgres://reader@db:5433/memory\n')
    expect(stderr).toContain(`export PGPASSWORD="$(cat '${passwordFile}')"`)
    expect((await address('--with-password')).stdout).toBe('postgres://reader:p%20w@db:5433/memory\n')
    expect(JSON.parse((await address('--json')).stdout)).toEqual({
      ...{
        address: 'postgres://reader@db:5433/memory',
        host: 'db',
        port: 5_433,
        database: 'memory',
        user: 'reader',
      },
      password_file: passwordFile,
    })
  })

  test('is that of the pipeline in this folder', () => {
    const state = join(folder.path, '.mnemoscope')
    mkdirSync(state)
    const run = {
      reader: 'postgres://mnemoscope_reader@127.0.0.1:1/mnemoscope',
      readerPasswordFile: passwordFile,
    }
    writeFileSync(join(state, 'run.json'), JSON.stringify(run))
    expect(readerAddress(folder.path, {})).toEqual({ address: run.reader, password: 'p w', passwordFile })
    writeFileSync(join(state, 'run.json'), '{}')
    expect(() => readerAddress(folder.path, {})).toThrow('no role that only reads')
  })
})

test('psql gets the address and the password in its environment', async () => {
  const seen = join(folder.path, 'seen')
  const bin = join(folder.path, 'bin')
  mkdirSync(bin)
  writeFileSync(
    join(bin, 'psql'),
    `#!/bin/sh\necho "$# $PGHOST $PGPORT $PGDATABASE $PGUSER $PGPASSWORD" >${seen}\nexit 3\n`,
  )
  chmodSync(join(bin, 'psql'), 0o755)
  const path = process.env.PATH
  const where = {
    address: 'postgres://reader@[::1]:5433/my%20memory',
    password: 'hidden',
    passwordFile: undefined,
  }
  try {
    process.env.PATH = `${bin}:${path}`
    expect(await openPsql(where)).toBe(3)
    process.env.PATH = join(folder.path, 'nothing')
    await expect(openPsql(where)).rejects.toMatchObject({ code: 'TOOL_MISSING' })
  } finally {
    process.env.PATH = path
  }
  expect(readFileSync(seen, 'utf8')).toBe('0 ::1 5433 my memory reader hidden\n')
})

test('a reader that has enough ends the query without an error', async () => {
  const child = spawn(
    process.execPath,
    [
      join(repository, 'packages/cli/bin/mnemoscope.js'),
      'sql',
      '--csv',
      'SELECT generate_series(1, 100000000) AS n',
    ],
    {
      cwd: folder.path,
      env: { ...process.env, MNEMOSCOPE_READER_URL: database.reader },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += chunk))
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const [code] = await once(child, 'close')
  expect([code, stderr]).toEqual([0, ''])
}, 30_000)
