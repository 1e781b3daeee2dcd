import { spawn } from 'node:child_process'

/** The parts of the `go` command that build an engine. All reject with what Go said. */
export interface Go {
  /** Builds the program of a module, e.g. `example.org/module/cmd/program@v1.2.3`, into a folder. */
  install(program: string, folder: string, flags: readonly string[]): Promise<void>
  /** Builds a package of the module in `cwd` into a file. */
  build(pkg: string, file: string, options: { cwd: string; flags: readonly string[] }): Promise<void>
  /** Downloads a module. @returns its folder in Go's module cache, which is read-only */
  download(module: string): Promise<string>
}

/** How much of Go's own words an error repeats. */
const keptLines = 15

/**
 * @param onLine receives each line of progress: a module that is downloaded, or a package that is compiled. What Go's
 *   cache holds already makes no line, so a build that was interrupted goes on where it stopped.
 * @param signal ends a build that runs
 */
export function goCommand(onLine: (line: string) => void, signal: AbortSignal): Go {
  return {
    install: async (program, folder, flags) =>
      void (await go(['install', '-v', ...flags, program], { GOBIN: folder })),
    build: async (pkg, file, { cwd, flags }) =>
      void (await go(['build', '-v', ...flags, '-o', file, pkg], {}, cwd)),
    async download(module) {
      const answer = JSON.parse(await go(['mod', 'download', '-json', module])) as { Dir: string }
      return answer.Dir
    },
  }

  function go(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('go', args, {
        // Without a C compiler on every machine, programs are built without C.
        env: { ...process.env, CGO_ENABLED: '0', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(cwd === undefined ? {} : { cwd }),
        signal,
      })
      let stdout = ''
      let unfinished = ''
      const last: string[] = []
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = `${unfinished}${chunk}`.split('\n')
        unfinished = lines.pop() ?? ''
        for (const line of lines) {
          onLine(line)
          if (last.push(line) > keptLines) last.shift()
        }
      })
      child.once('error', reject)
      child.once('close', (code) => {
        if (code === 0) resolve(stdout)
        else
          reject(
            new Error(`\`go ${args.join(' ')}\` ended with ${code}:\n${[...last, unfinished].join('\n')}`),
          )
      })
    })
  }
}

/** Go's version, e.g. `go1.26.8`; undefined where there is no Go. */
export async function goVersion(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('go', ['env', 'GOVERSION'], { stdio: ['ignore', 'pipe', 'ignore'] })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
    child.once('error', () => resolve(undefined))
    child.once('close', (code) => resolve(code === 0 ? stdout.trim() : undefined))
  })
}
