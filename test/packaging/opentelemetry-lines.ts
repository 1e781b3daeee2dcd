import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repository } from '../harness/repository.js'
import type { Check, Packed } from './check.js'
import { checkTypes, consume, emptyProject, install } from './empty-project.js'
import { node24 } from './node-24.js'
import { run } from './run-command.js'

/** Exact versions by package. */
type Versions = Readonly<Record<string, string>>

/** The last line for Node 20, and the one that needs a later Node. */
const lines = {
  '2.x': {
    '@opentelemetry/api': '1.9.1',
    '@opentelemetry/exporter-metrics-otlp-http': '0.223.0',
    '@opentelemetry/exporter-prometheus': '0.223.0',
    '@opentelemetry/otlp-transformer': '0.223.0',
    '@opentelemetry/resources': '2.12.0',
    '@opentelemetry/sdk-metrics': '2.12.0',
  },
  '3.x': {
    '@opentelemetry/api': '1.10.0',
    '@opentelemetry/exporter-metrics-otlp-http': '0.301.0',
    '@opentelemetry/exporter-prometheus': '0.301.0',
    '@opentelemetry/otlp-transformer': '0.301.0',
    '@opentelemetry/resources': '3.1.0',
    '@opentelemetry/sdk-metrics': '3.1.0',
  },
}

/** What the package's own tests need beside the later line. mem0 imports the database and leaves it alone. */
const only3 = { ...lines['3.x'], '@opentelemetry/sdk-node': '0.301.0', 'better-sqlite3': '12.11.1' }

/** Both lines of OpenTelemetry work with the package: as the application's own, and in place of the package's. */
export function openTelemetryLines({ folder, tarballs }: Packed): Check[] {
  const nodes = { '2.x': async () => process.execPath, '3.x': () => node24(folder) }
  return [
    ...(Object.keys(lines) as (keyof typeof lines)[]).flatMap((line): Check[] => {
      const project = () => emptyProject(folder, `opentelemetry-${line}`, 'module')
      return [
        {
          name: `readers and exporters of OpenTelemetry ${line} agree with the endpoint`,
          unit: 'series',
          goal: 100,
          async measure() {
            await install(await project(), [...Object.values(tarballs), ...specifiers(lines[line])])
            return Number(await consume(await project(), 'readers.mjs', await nodes[line]()))
          },
          passes: (series) => series >= 100,
        },
        {
          name: `types beside OpenTelemetry ${line}`,
          unit: 'type errors',
          goal: 0,
          async measure() {
            await checkTypes(await project())
            return 0
          },
        },
      ]
    }),
    {
      name: "the package's own tests with OpenTelemetry 3.x on Node 24",
      unit: 'tests failed',
      goal: 0,
      measure: async () => failedTests(await sourceProject(folder, only3), await node24(folder)),
    },
  ]
}

/** A project with the sources and tests of the packages, and another line of OpenTelemetry than theirs. */
async function sourceProject(folder: string, line: Versions): Promise<string> {
  const project = await emptyProject(folder, 'sources', 'module')
  const packages = await withDependencies('instrumentation')
  const needed = await dependencies(join(repository, 'package.json'))
  for (const name of packages) {
    const [from, to] = [join(repository, 'packages', name), join(project, 'packages', name)]
    // Tests that start processes run what was built.
    const parts = [
      'package.json',
      'src',
      'dist',
      'guardian.mjs',
      ...(name === 'instrumentation' ? ['test'] : []),
    ]
    for (const part of parts.filter((each) => existsSync(join(from, each))))
      await cp(join(from, part), join(to, part), { recursive: true })
    Object.assign(needed, await dependencies(join(from, 'package.json')))
  }
  for (const part of ['jest.config.mjs', 'scripts', join('test', 'harness')]) {
    await cp(join(repository, part), join(project, part), { recursive: true })
  }
  // Prometheus and promtool, where they are here already.
  await mkdir(join(repository, '.mnemoscope', 'tools'), { recursive: true })
  await symlink(join(repository, '.mnemoscope'), join(project, '.mnemoscope'))
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ type: 'module', dependencies: { ...needed, ...line } }),
  )
  // The adapters' packages name many peers, some with programs to compile.
  await install(project, ['--legacy-peer-deps', '--ignore-scripts'])
  await mkdir(join(project, 'node_modules', '@mnemoscope'))
  for (const name of packages) {
    await symlink(join(project, 'packages', name), join(project, 'node_modules', '@mnemoscope', name))
  }
  return project
}

/** A package of this repository, and those that it and its tests need. */
async function withDependencies(name: string): Promise<string[]> {
  const found = new Set([name])
  for (const each of found) {
    const all = await declared(join(repository, 'packages', each, 'package.json'))
    for (const [full, version] of all)
      if (version.startsWith('workspace:')) found.add(full.replace('@mnemoscope/', ''))
  }
  return [...found]
}

async function dependencies(manifest: string): Promise<Versions> {
  return Object.fromEntries(
    (await declared(manifest)).filter(([, version]) => !version.startsWith('workspace:')),
  )
}

async function declared(manifest: string): Promise<[name: string, version: string][]> {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(await readFile(manifest, 'utf8')) as {
    dependencies?: Versions
    devDependencies?: Versions
  }
  return Object.entries({ ...dependencies, ...devDependencies })
}

/** Runs the tests of the package in the project; throws with their output if any fails. */
async function failedTests(project: string, node: string): Promise<number> {
  const jest = join(project, 'node_modules', 'jest', 'bin', 'jest.js')
  // The pages whose examples it compiles are not there, and have the other line's types.
  const elsewhere = ['--testPathIgnorePatterns', 'test/readme.test']
  await run(node, ['--experimental-vm-modules', jest, 'packages/instrumentation', ...elsewhere], {
    cwd: project,
  })
  return 0
}

function specifiers(line: Versions): string[] {
  return Object.entries(line).map(([name, version]) => `${name}@${version}`)
}
