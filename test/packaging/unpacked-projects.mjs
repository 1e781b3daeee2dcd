import { checkTypes, consume, emptyProject, unpackAll } from './empty-project.mjs'

/** The packed packages run and type-check beside the dependencies that the workspace has: seconds, and no registry. */
export function unpackedProjects({ folder, tarballs }) {
  const project = (type) => emptyProject(folder, `unpacked-${type}`, type)
  return ['module', 'commonjs'].flatMap((type) => [
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
    ...(type === 'module' ? ['nodenext'] : ['nodenext', 'commonjs']).map((module) => ({
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
