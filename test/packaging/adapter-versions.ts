import type { Check, Packed } from './check.js'
import { checkTypes, consume, emptyProject, install } from './empty-project.js'
import { node24 } from './node-24.js'

interface AdapterVersion {
  readonly program: 'langchain' | 'mem0' | 'ai-sdk'
  readonly packages: readonly [string, ...string[]]
  readonly operations: number
  readonly later?: boolean
}

/**
 * Majors that the adapters take beside those in the package's own tests; `later` ones need a later Node than 20.
 * Each has a program that runs and one whose types are checked.
 */
const versions: readonly AdapterVersion[] = [
  { program: 'langchain', packages: ['@langchain/core@1.4.0'], operations: 4 },
  { program: 'langchain', packages: ['@langchain/core@0.3.80'], operations: 4 },
  { program: 'mem0', packages: ['mem0ai@3.3.1'], operations: 4 },
  { program: 'mem0', packages: ['mem0ai@2.4.6'], operations: 4 },
  { program: 'ai-sdk', packages: ['ai@5.0.250', 'zod@4.6.7'], operations: 2 },
  { program: 'ai-sdk', packages: ['ai@6.0.326', 'zod@4.6.7'], operations: 2 },
  { program: 'ai-sdk', packages: ['ai@7.0.173', 'zod@4.6.7'], operations: 2, later: true },
]

/** Each adapter works with every major of its package. */
export function adapterVersions({ folder, tarballs }: Packed): Check[] {
  return versions.flatMap(({ program, packages, operations, later }) => {
    const project = () => emptyProject(folder, packages[0].replace(/[@/]/g, '-'), 'module')
    return [
      {
        name: `adapter for ${packages[0]}${later ? ' on Node 24' : ''}`,
        unit: 'operations recorded',
        goal: operations,
        async measure() {
          const peers = [...packages, '@opentelemetry/api@1.9.1']
          // Peers that mem0 names are databases of which none is used, some with programs to compile.
          const flags = ['--legacy-peer-deps', '--ignore-scripts']
          await install(await project(), [...flags, ...Object.values(tarballs), ...peers])
          const node = later ? await node24(folder) : process.execPath
          return Number(await consume(await project(), `${program}.mjs`, node))
        },
      },
      {
        name: `types of the adapter for ${packages[0]}`,
        unit: 'type errors',
        goal: 0,
        async measure() {
          await checkTypes(await project(), { program: `${program}.ts` })
          return 0
        },
      },
    ]
  })
}
