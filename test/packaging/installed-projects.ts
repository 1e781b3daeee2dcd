import type { Check, Packed } from './check.js'
import { consume, emptyProject, install, type ModuleType } from './empty-project.js'
import { node24, version } from './node-24.js'

/** The packed packages, installed by npm into empty projects, run: as ES modules and as CommonJS, on both Nodes. */
export function installedProjects({ folder, tarballs }: Packed): Check[] {
  const nodes = { [process.versions.node]: async () => process.execPath, [version]: () => node24(folder) }
  const programs = [
    ['module', 'main.mjs'],
    ['commonjs', 'main.cjs'],
  ] as const satisfies readonly [ModuleType, string][]
  return programs.flatMap(([type, program]) => {
    const project = emptyProject(folder, `installed-${type}`, type).then(async (path) => {
      await install(path, Object.values(tarballs))
      return path
    })
    return Object.entries(nodes).map(([release, node]) => ({
      name: `installed into an empty project of type ${type} on Node ${release}`,
      unit: 'operations recorded',
      goal: 4,
      measure: async () => Number(await consume(await project, program, await node())),
    }))
  })
}
