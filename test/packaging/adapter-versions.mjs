import { consume, emptyProject, install } from './empty-project.mjs'
import { node24 } from './node-24.mjs'

/** Majors that the adapters take beside those in the package's own tests; `later` ones need a later Node than 20. */
const versions = [
  { program: 'langchain.mjs', packages: ['@langchain/core@0.3.80'], operations: 4 },
  { program: 'ai-sdk.mjs', packages: ['ai@5.0.250', 'zod@4.6.7'], operations: 2 },
  { program: 'ai-sdk.mjs', packages: ['ai@7.0.173', 'zod@4.6.7'], operations: 2, later: true },
  { program: 'mem0.mjs', packages: ['mem0ai@2.4.6'], operations: 4 },
]

/** Each adapter works with the other majors of its package. */
export function adapterVersions({ folder, tarballs }) {
  return versions.map(({ program, packages, operations, later }) => ({
    name: `adapter for ${packages[0]}${later ? ' on Node 24' : ''}`,
    unit: 'operations recorded',
    goal: operations,
    async measure() {
      const project = await emptyProject(folder, packages[0].replace(/[@/]/g, '-'), 'module')
      // Peers that mem0 names are databases of which none is used, some with programs to compile.
      await install(project, [
        '--legacy-peer-deps',
        '--ignore-scripts',
        ...Object.values(tarballs),
        ...packages,
        '@opentelemetry/api@1.9.1',
      ])
      return Number(await consume(project, program, later ? await node24(folder) : process.execPath))
    },
  }))
}
