/**
 * What an account of this machine can see and change of a `mnemoscope up` that another one runs. Prints JSON; the file that
 * its argument names says where to look. It is started as that account, and needs nothing of the other one.
 */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface Place {
  /** Of the other account: the project, and where its Postgres may be. */
  readonly folders: readonly string[]
  /** Processes of it. */
  readonly pids: readonly number[]
}

export interface Seen {
  /** All texts that it could read, by where they were. */
  readonly texts: Readonly<Record<string, string>>
  /** What it could change. */
  readonly changes: readonly string[]
  /** How many files, and processes, it tried. */
  readonly tried: number
}

const { folders, pids } = JSON.parse(await text(process.stdin)) as Place
const texts: Record<string, string> = {}
const changes: string[] = []
let tried = 0

/** Does something, and says whether it was allowed. */
function can(act: () => unknown): boolean {
  tried++
  try {
    act()
    return true
  } catch {
    return false
  }
}

function see(place: string, read: () => string): void {
  can(() => {
    texts[place] = read()
  })
}

function walk(folder: string): void {
  const mine = join(folder, `planted-${process.pid}`)
  if (can(() => writeFileSync(mine, ''))) {
    changes.push(`a file in ${folder}`)
    rmSync(mine)
  }
  see(`names in ${folder}`, () => readdirSync(folder).join('\n'))
  can(() => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) walk(path)
      else if (entry.isSocket()) sockets.push(path)
      else if (entry.isFile()) {
        see(path, () => readFileSync(path, 'latin1'))
        // Neither its content nor its time is touched.
        if (can(() => closeSync(openSync(path, 'r+')))) changes.push(`the file ${path}`)
      }
    }
  })
}

const sockets: string[] = []
for (const folder of folders) walk(folder)
for (const pid of pids) {
  for (const name of ['environ', 'cmdline', 'maps', 'mem', 'stack', 'syscall'])
    see(`/proc/${pid}/${name}`, () => readFileSync(`/proc/${pid}/${name}`, 'latin1').slice(0, 1e6))
  for (const name of ['cwd', 'exe', 'root'])
    see(`/proc/${pid}/${name}`, () => readlinkSync(`/proc/${pid}/${name}`))
  see(`/proc/${pid}/fd`, () =>
    readdirSync(`/proc/${pid}/fd`)
      .map((fd) => readFileSync(`/proc/${pid}/fd/${fd}`, 'latin1').slice(0, 1e6))
      .join('\n'),
  )
  // Signal 0 ends nothing, and needs the same right as one that does.
  if (can(() => process.kill(pid, 0))) changes.push(`the process ${pid}`)
}
// Abstract sockets of this machine are in no folder.
see('/proc/net/unix', () => readFileSync('/proc/net/unix', 'utf8'))
for (const path of sockets) if (await connects(path)) changes.push(`the socket ${path}`)
const seen: Seen = { texts, changes, tried }
process.stdout.write(JSON.stringify(seen))

function connects(path: string): Promise<boolean> {
  tried++
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
