import { join } from 'node:path'
import type { Check, Packed } from './check.js'
import { emptyProject, install } from './empty-project.js'
import { pack } from './packed.js'
import { run } from './run-command.js'

const tools = { publint: '0.3.25', '@arethetypeswrong/cli': '0.18.5' }

/** Services take the first three whatever their module system; the others are ES modules only, as their users run them. */
const profiles: Readonly<Record<string, 'strict' | 'esm-only'>> = {
  kpi: 'strict',
  evaluation: 'strict',
  instrumentation: 'strict',
  generate: 'esm-only',
  recorder: 'esm-only',
  servers: 'esm-only',
  demo: 'esm-only',
  cli: 'esm-only',
}

/** What publint and are-the-types-wrong say of each package that is published. */
export function lint({ folder, tarballs }: Packed): Check[] {
  const packed: Record<string, string> = { ...tarballs }
  let installed: Promise<string> | undefined
  const tool = async (name: string) => {
    installed ??= toolProject(folder)
    return join(await installed, 'node_modules', '.bin', name)
  }
  return Object.entries(profiles).flatMap(([name, profile]) => {
    const tarball = async () => (packed[name] ??= await pack(name, folder))
    return [
      {
        name: `publint of @mnemoscope/${name}`,
        unit: 'problems',
        goal: 0,
        async measure() {
          await run(await tool('publint'), ['--strict', await tarball()])
          return 0
        },
      },
      {
        name: `are-the-types-wrong of @mnemoscope/${name}, profile ${profile}`,
        unit: 'problems',
        goal: 0,
        async measure() {
          // A style sheet has no types.
          const styles = ['--exclude-entrypoints', 'colours.css', '--']
          await run(await tool('attw'), [
            '--format',
            'ascii',
            '--profile',
            profile,
            ...styles,
            await tarball(),
          ])
          return 0
        },
      },
    ]
  })
}

async function toolProject(folder: string): Promise<string> {
  const project = await emptyProject(folder, 'lint', 'module')
  await install(
    project,
    Object.entries(tools).map(([name, version]) => `${name}@${version}`),
  )
  return project
}
