import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { generate } from '@mnemoscope/generate'
import { defineConfig } from '@mnemoscope/kpi'
import { mnemoscopeHere, temporaryFolder } from '../../../../test/harness/index.js'
import { linkTools } from '../../../../test/harness/link-tools.js'
import { gitignoreWith } from '../../src/commands/init.js'
import { generatedFiles, partsOptions } from '../../src/generated-files.js'
import { writeFiles } from '../../src/project-files.js'

const folder = temporaryFolder('own-repository')
afterAll(() => folder.remove())

/** Paths of the files below a folder, installed packages left out. */
function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .filter((name) => !/^(?:node_modules|\.mnemoscope)\//.test(name))
    .sort()
}

/** What the command shows in the folder of a service. */
async function transcript(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await mnemoscopeHere(folder.path, args)
  return `${stdout}${stderr}`.replaceAll(folder.path, '.').concat(`exit ${exitCode}`)
}

const inFolder = (...path: string[]) => join(folder.path, ...path)

beforeEach(() => {
  for (const name of readdirSync(folder.path)) rmSync(inFolder(name), { recursive: true })
})

describe('mnemoscope init', () => {
  test('writes a configuration and a .gitignore into an empty folder', async () => {
    expect(await transcript('init')).toBe(
      [
        'Wrote ./mnemoscope.config.ts',
        'Wrote ./.gitignore',
        'Next: name your services in it, then start the pipeline with `npx mnemoscope up`.',
        'exit 0',
      ].join('\n'),
    )
    expect(readFileSync(inFolder('.gitignore'), 'utf8')).toBe('node_modules/\n.mnemoscope/\n')
  })

  test('adds to an existing .gitignore, and says so', async () => {
    writeFileSync(inFolder('.gitignore'), 'dist/')
    expect(await transcript('init')).toContain('\nAdded .mnemoscope/ to ./.gitignore\n')
    expect(readFileSync(inFolder('.gitignore'), 'utf8')).toBe('dist/\n.mnemoscope/\n')
  })

  // A mnemoscope.config.ts beside a mnemoscope.config.mjs would be read in its place.
  test.each(['ts', 'mjs', 'js'])('changes nothing if there is a mnemoscope.config.%s', async (kind) => {
    writeFileSync(inFolder(`mnemoscope.config.${kind}`), 'export default {}')
    const shown = await transcript('init')
    expect(shown).toContain(`USAGE\n  ./mnemoscope.config.${kind} exists\n`)
    expect(shown).toMatch(/exit 2$/)
    expect(readdirSync(folder.path)).toEqual([`mnemoscope.config.${kind}`])
  })

  test('writes nothing through a link that leads nowhere, and says what to remove', async () => {
    symlinkSync(inFolder('elsewhere.ts'), inFolder('mnemoscope.config.ts'))
    expect(await transcript('init')).toMatch(
      /USAGE[\s\S]+ exists and is a link to nothing[\s\S]+Remove the link[\s\S]+exit 2$/,
    )
    expect(readdirSync(folder.path)).toEqual(['mnemoscope.config.ts'])
  })

  test.each([
    ['nothing', '', '.mnemoscope/\n'],
    ['another folder', 'dist/\n', 'dist/\n.mnemoscope/\n'],
    ['Windows line ends', 'dist/\r\n', 'dist/\r\n.mnemoscope/\r\n'],
    ['a folder below it only', '.mnemoscope/tools\n', '.mnemoscope/tools\n.mnemoscope/\n'],
    ['the folder', '.mnemoscope/\n', '.mnemoscope/\n'],
    ['the folder without a slash', 'a\n.mnemoscope\nb\n', 'a\n.mnemoscope\nb\n'],
    ['the folder at the top only', '/.mnemoscope/', '/.mnemoscope/'],
  ])('keeps .mnemoscope out of commits where .gitignore names %s', (_, before, after) => {
    expect(gitignoreWith(before)).toBe(after)
    expect(gitignoreWith(after)).toBe(after)
  })
})

test('the first key says whom the recorder refuses from now on; its file is left out of commits', async () => {
  const create = (name: string) =>
    mnemoscopeHere(folder.path, ['key', 'create', name, '--scope', 'configure'])
  expect((await create('ci')).stderr).toContain(
    'give each service a key with --scope write:measurements as MNEMOSCOPE_TOKEN',
  )
  expect(readFileSync(inFolder('.mnemoscope/.gitignore'), 'utf8')).toBe('*\n')
  expect((await create('ops')).stderr).not.toContain('first key')
})

test('a folder without a configuration: the message names the folder, the file and the command that writes it', async () => {
  expect(await transcript('check')).toBe(
    [
      'mnemoscope: CONFIG_NOT_FOUND',
      '  no configuration file in .: mnemoscope.config.ts, mnemoscope.config.mjs or mnemoscope.config.js',
      '  Expected: a file that exports defineConfig({ ... })',
      '  Next: Run `npx mnemoscope init` to write one, or name one with --config.',
      'exit 2',
    ].join('\n'),
  )
})

describe('in the repository of a service', () => {
  beforeEach(() => {
    writeFileSync(inFolder('mnemoscope.config.ts'), 'export default {}')
    linkTools(folder.path)
  })

  test('check accepts the configuration of init without generated files, and checks what it would generate', async () => {
    rmSync(inFolder('mnemoscope.config.ts'))
    await transcript('init')
    // On standard error it says what it downloads, where this machine has no tools.
    const { stdout, exitCode } = await mnemoscopeHere(folder.path, ['check'])
    expect([...stdout.replaceAll(folder.path, '.').split('\n'), exitCode]).toEqual([
      './mnemoscope.config.ts: valid',
      'no generated files here; `npx mnemoscope generate` writes them, `--out FOLDER` checks those elsewhere, and `up` needs none',
      'promtool check config: passed',
      'amtool check-config: passed',
      '',
      0,
    ])
  })

  test('generate --out writes the files of every project, only in that folder', async () => {
    const before = readdirSync(folder.path)
    expect(await transcript('generate', '--out', 'monitoring')).toMatch(
      /^wrote prometheus\/prometheus.yml\n[\s\S]+\n(\d+) of \1 generated files changed in .\/monitoring\nexit 0$/,
    )
    expect(readdirSync(folder.path)).toEqual([...before, 'monitoring'].sort())
    expect(readdirSync(inFolder('monitoring'))).toEqual([
      'alertmanager',
      'mnemoscope.generated.json',
      'prometheus',
    ])
    expect(await transcript('generate', '--out', 'monitoring')).toMatch(/^0 of \d+ generated files changed/)
    expect(await transcript('check', '--out', 'monitoring')).toMatch(
      /valid\n\d+ generated files: up to date\npromtool check config: passed\n[\s\S]+exit 0$/,
    )
  })

  test('generate --into-existing writes what people add to their servers, and the folder remembers whose servers they are', async () => {
    expect(await transcript('generate', '--into-existing')).toMatch(
      /USAGE[\s\S]+--into-existing needs --out[\s\S]+exit 2$/,
    )
    await transcript('generate', '--out', 'monitoring')
    const said = await transcript('generate', '--into-existing', '--out', 'monitoring')
    expect(said).toContain('removed prometheus/prometheus.yml\n')
    expect(said).toMatch(
      /\nAdd them to your servers:\n- prometheus\.yml: \S*monitoring\/prometheus\/rules\/\*\.yml to rule_files/,
    )
    expect(said).toMatch(/: each list of \S*monitoring\/alertmanager\/additions\.yml,[\s\S]+exit 0$/)
    expect(filesBelow(inFolder('monitoring')).filter((path) => !/\/(?:rules|tests)\//.test(path))).toEqual([
      'alertmanager/additions.yml',
      'mnemoscope.generated.json',
      'prometheus/scrape/mnemoscope-recorder.yml',
    ])
    expect(await transcript('generate', '--out', 'monitoring')).toMatch(/^0 of \d+ generated files changed/)
    expect(await transcript('check', '--out', 'monitoring')).toMatch(
      /up to date\npromtool check config: passed\namtool check-config: passed\nexit 0$/,
    )
    writeFileSync(inFolder('monitoring/alertmanager/additions.yml'), '# edited by hand')
    expect(await transcript('check', '--out', 'monitoring', '--skip-tools')).toContain(
      'alertmanager/additions.yml: changed\n',
    )
  })

  test('check --out names the files that differ, and the command that fixes them', async () => {
    writeFiles(inFolder('monitoring'), generate(defineConfig()))
    writeFileSync(inFolder('monitoring/prometheus/rules/latency.yml'), '# edited by hand')
    rmSync(inFolder('monitoring/alertmanager'), { recursive: true })
    const said = await transcript('check', '--out', 'monitoring', '--skip-tools')
    expect(said).toContain('alertmanager/alertmanager.yml: missing\n')
    expect(said).toContain('prometheus/rules/latency.yml: changed\n')
    expect(said).toContain('Run `npx mnemoscope generate --out monitoring` and')
    expect(said).toMatch(/exit 1$/)
  })

  test('check --out says where a folder has no generated files', async () => {
    expect(await transcript('check', '--out', 'else where', '--skip-tools')).toBe(
      [
        'mnemoscope: GENERATED_DRIFT',
        '  there are no generated files in ./else where',
        '  Expected: the folder that `npx mnemoscope generate --out` wrote to',
        "  Next: Correct --out, or run `npx mnemoscope generate --out 'else where'`.",
        'exit 1',
      ].join('\n'),
    )
  })

  test.each([
    ['generate --out blocked', 'blocked/prometheus/prometheus.yml'],
    ['init', '.gitignore'],
    ['status', '.mnemoscope/run.json'],
    ['key list', '.mnemoscope/keys.json'],
  ])('%s names a folder in the place of a file', async (command, path) => {
    rmSync(inFolder(command === 'init' ? 'mnemoscope.config.ts' : path), { recursive: true, force: true })
    mkdirSync(inFolder(path), { recursive: true })
    const said = await transcript(...command.split(' '))
    rmSync(inFolder(path), { recursive: true })
    expect(said).toContain('mnemoscope: FILE_UNUSABLE')
    expect(said.replace("'./", "'")).toContain(
      `'${path}'\n  Next: A folder is in the place of a file: move it away.`,
    )
    if (command === 'init') expect(readdirSync(folder.path)).not.toContain('mnemoscope.config.ts')
  })

  test('a part that was requested once stays up to date, and is checked', async () => {
    await transcript('generate', '--with', 'grafana')
    expect(readdirSync(folder.path)).toEqual(
      expect.arrayContaining(['alertmanager', 'grafana', 'prometheus']),
    )
    expect(readdirSync(folder.path)).not.toContain('deploy')
    const dashboard = inFolder('grafana/dashboards/overview.json')
    rmSync(dashboard)
    expect(await transcript('check', '--skip-tools')).toContain('grafana/dashboards/overview.json: missing')
    expect(await transcript('generate')).toContain('wrote grafana/dashboards/overview.json\n')
  })

  // Two edits of the configuration conflict in its hash.
  test.each(['in a merge conflict', 'removed'])('a part stays where the manifest is %s', async (how) => {
    await transcript('generate', '--with', 'grafana')
    const manifest = inFolder('mnemoscope.generated.json')
    const before = readFileSync(manifest, 'utf8')
    const conflict = before.replace(/^ {2}"config": .*\n/m, '<<<<<<< HEAD\n$&=======\n$&>>>>>>> theirs\n')
    expect(conflict).not.toBe(before)
    if (how === 'removed') rmSync(manifest)
    else writeFileSync(manifest, conflict)
    expect(await transcript('generate')).toMatch(
      /^wrote mnemoscope.generated.json\n1 of \d+ generated files changed in .\nexit 0$/,
    )
    expect(readFileSync(manifest, 'utf8')).toBe(before)
  })

  test('generate overwrites no file that somebody else wrote, and changes nothing then', async () => {
    mkdirSync(inFolder('grafana/dashboards'), { recursive: true })
    writeFileSync(inFolder('grafana/dashboards/overview.json'), '{}')
    mkdirSync(inFolder('prometheus/rules'), { recursive: true })
    writeFileSync(inFolder('prometheus/prometheus.yml'), 'scrape_configs: []\n')
    writeFileSync(inFolder('prometheus/rules/own.yml'), '# not from `mnemoscope generate`\ngroups: []\n')
    const before = readdirSync(folder.path, { recursive: true }).sort()
    expect(await transcript('generate', '--with', 'grafana')).toMatch(
      /USAGE[\s\S]+did not write: prometheus\/prometheus.yml, grafana\/dashboards\/overview.json[\s\S]+--out[\s\S]+exit 2$/,
    )
    expect(readdirSync(folder.path, { recursive: true }).sort()).toEqual(before)
    expect(readFileSync(inFolder('grafana/dashboards/overview.json'), 'utf8')).toBe('{}')
    rmSync(inFolder('prometheus/prometheus.yml'))
    expect(await transcript('generate')).toMatch(/generated files changed in .\nexit 0$/)
    expect(readFileSync(inFolder('prometheus/rules/own.yml'), 'utf8')).toContain('groups: []')
    writeFileSync(inFolder('prometheus/prometheus.yml'), '# a generated file that was edited by hand\n')
    expect(await transcript('generate')).toMatch(/wrote prometheus\/prometheus.yml\n[\s\S]+exit 0$/)
  })

  test('an unknown part is refused with the names of the known ones', () => {
    expect(() => partsOptions({ with: 'grafana,kibana' })).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: '--with does not know "kibana"; it knows grafana, compose, runbooks',
      }),
    )
    expect(() => partsOptions({ without: 'prometheus' })).toThrow(
      '--without does not know "prometheus"; it knows grafana, compose, runbooks',
    )
  })

  test('a part that is both wanted and unwanted is refused', () => {
    expect(() => partsOptions({ with: 'grafana,compose', without: 'compose' })).toThrow(
      '--with and --without both name compose',
    )
  })

  test('a part that is no longer wanted goes, and stays away', async () => {
    writeFiles(folder.path, generate(defineConfig()))
    writeFileSync(inFolder('grafana/dashboards/own.json'), '{}')
    const said = await transcript('generate', '--without', 'grafana,compose,runbooks')
    expect(said).toContain('removed grafana/dashboards/overview.json\n')
    const left = generatedFiles(defineConfig(), folder.path, [])
    expect(filesBelow(folder.path)).toEqual(
      [...left.expected.keys(), 'grafana/dashboards/own.json', 'mnemoscope.config.ts'].sort(),
    )
    expect(left.expected).toEqual(generate(defineConfig(), { parts: [] }))
  })
})
