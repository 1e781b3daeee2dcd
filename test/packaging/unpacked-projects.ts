import type { Check, Packed } from './check.js'
import { checkTypes, consume, emptyProject, type ModuleType, unpackAll } from './empty-project.js'

/** The packed packages run and type-check beside the dependencies that the workspace has: seconds, and no registry. */
export function unpackedProjects({ folder, tarballs }: Packed): Check[] {
  const project = (type: ModuleType) => emptyProject(folder, `unpacked-${type}`, type)
  return (['module', 'commonjs'] as const).flatMap((type) => [
    {
      name: `unpacked into an empty project of type ${type} on Node ${process.versions.node}`,
      unit: 'operations recorded',
      goal: 4,
      async measure() {
        const empty = await project(type)
        await unpackAll(empty, tarballs)
        return Number(await consume(empty, type === 'module' ? 'main.mjs' : 'main.cjs'))
      },
    },
    ...(type === 'module' ? (['nodenext'] as const) : (['nodenext', 'commonjs'] as const)).map((module) => ({
      name: `types in a project of type ${type}, compiled as ${module}`,
      unit: 'type errors',
      goal: 0,
      async measure() {
        await checkTypes(await project(type), { module })
        return 0
      },
    })),
  ])
}
