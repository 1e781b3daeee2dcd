import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Linux has a file system in memory here; a container often gives it 64 MB, or lets nothing in it run. */
const memory = '/dev/shm'
/** Tests fill a few hundred MB at once. */
const leastBytes = 4 * 2 ** 30
const prefix = 'mnemoscope-tests-'

/**
 * A new folder in memory for the tests' temporary files: each test database is a copy of 300 files, and to copy them there
 * takes a fifteenth of the CPU time that it takes on a disk.
 * @returns undefined where there is no memory for it, or programs in it do not run
 */
export function memoryFolder() {
  let folder
  try {
    removeLeft()
    const { bavail, bsize } = statfsSync(memory)
    if (bavail * bsize < leastBytes) return undefined
    folder = mkdtempSync(join(memory, `${prefix}${process.pid}-`))
    // Postgres is another user when root runs the tests.
    chmodSync(folder, 0o755)
    const program = join(folder, 'program')
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 })
    const { status } = spawnSync(program)
    rmSync(program)
    if (status === 0) return folder
  } catch {
    // Then the tests use the disk.
  }
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  return undefined
}

/** Removes what runs have left that were killed: it would fill memory until the next start of the machine. */
function removeLeft() {
  for (const name of readdirSync(memory).filter((each) => each.startsWith(prefix))) {
    const [pid] = name.slice(prefix.length).split('-')
    if (!isAlive(Number(pid))) rmSync(join(memory, name), { recursive: true, force: true })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It may be of another user.
    return error.code === 'EPERM'
  }
}
