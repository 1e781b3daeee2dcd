import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** A person's terminals: one folder, commands one after another, and some that run until Ctrl-C. */
export interface Terminals {
  readonly folder: () => string
  /** Runs a line of shell to its end; a `cd` in it counts for the lines after it. Throws if it fails. */
  run(line: string): Promise<string>
  /** Starts a line that runs until Ctrl-C. */
  start(line: string): void
  /** Presses Ctrl-C in every terminal, the last opened first, and waits for the ends; gives the exit code of each line. */
  ctrlC(): Promise<Map<string, number | null>>
}

/**
 * @param start folder of the first command
 * @param room folder for what this keeps
 * @param write takes everything that a person would see
 */
export function openTerminals(start: string, room: string, write: (text: string) => void): Terminals {
  let folder = start
  const after = join(room, 'folder-after')
  const running: { line: string; pid: number; ended: Promise<number | null> }[] = []
  const open = (line: string, onOutput: (text: string) => void) => {
    const child = spawn('sh', ['-c', line], {
      cwd: folder,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C reaches all of a line's processes, as in a terminal.
      detached: true,
    })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        write(chunk.toString())
        onOutput(chunk.toString())
      })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    return { pid: child.pid as number, ended }
  }
  return {
    folder: () => folder,
    async run(line) {
      let output = ''
      write(`\n$ ${line}\n`)
      rmSync(after, { force: true })
      const { ended } = open(`${line} && pwd > '${after}'`, (text) => {
        output += text
      })
      const code = await ended
      if (code !== 0) throw new Error(`\`${line}\` ended with ${code}:\n${output}`)
      if (existsSync(after)) folder = readFileSync(after, 'utf8').trim()
      return output
    },
    start(line) {
      write(`\n$ ${line}\n`)
      // A person's shell ignores Ctrl-C while a command runs; this one would end by it, so the command takes its place.
      running.push({ line, ...open(`exec ${line}`, () => {}) })
    },
    async ctrlC() {
      const codes = new Map<string, number | null>()
      for (const { line, pid, ended } of running.splice(0).reverse()) {
        process.kill(-pid, 'SIGINT')
        codes.set(line, await ended)
      }
      return codes
    },
  }
}

/** Our environment less what npm, node and jest hand on. `npx` must not install what is not there. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_)|NODE_|JEST_|FORCE_COLOR$|DATABASE_URL$|MNEMOSCOPE_|INIT_CWD$)/.test(name),
  )
  const path = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'))
  return { ...Object.fromEntries(own), PATH: path.join(':'), NO_COLOR: '1', npm_config_yes: 'false' }
}
