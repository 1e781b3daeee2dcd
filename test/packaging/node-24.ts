import { join } from 'node:path'
import { emptyProject, install } from './empty-project.js'

/** The release to compare with; npm has each as a package per platform, which the package `node` chooses among. */
export const version = '24.21.0'

let installed: Promise<string> | undefined

/** Installs Node 24 from npm, once. @returns the path of its program */
export function node24(folder: string): Promise<string> {
  installed ??= installNode(folder)
  return installed
}

async function installNode(folder: string): Promise<string> {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${platform}-${process.arch}`
  const project = await emptyProject(folder, 'node-24', 'module')
  await install(project, [`${name}@${version}`])
  return join(project, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}
