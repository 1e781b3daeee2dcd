// The guardian: a small process between us and one server. It runs in a session of its own, so Ctrl-C in the
// terminal reaches only our process, and it ends the server when its standard input ends, which the operating
// system sees to even when our process is killed with SIGKILL. It is plain JavaScript because the package runs both from
// its TypeScript sources (tests) and from dist, and `node` 20 runs neither TypeScript nor needs a build for this.
//
// Standard input:  one line of JSON (the spec), then `kill` lines; its end means "stop in order".
// Standard output: one line of JSON per event: started {pid}, failed {message}, exited {code, signal}.
import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

/**
 * Appends to a file and begins a new one (the old one becomes `.1`) when it would grow past the limit. What cannot be written is
 * lost: on a full disk a server goes on without its log, not down with its guardian.
 */
function boundedLog(path, limitBytes) {
  let file = openSync(path, 'a', 0o600)
  let size = fstatSync(file).size
  const startAnew = () => {
    renameSync(path, `${path}.1`)
    const next = openSync(path, 'a', 0o600)
    closeSync(file)
    file = next
    size = 0
  }
  return (chunk) => {
    try {
      if (size > 0 && size + chunk.length > limitBytes) startAnew()
      size += writeSync(file, chunk)
    } catch {}
  }
}

function report(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}

/** Starts the server of the spec; returns how to end it. */
function run(spec) {
  const log = boundedLog(spec.logFile, spec.logLimitBytes)
  const server = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: spec.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(spec.uid === undefined ? {} : { uid: spec.uid }),
    ...(spec.gid === undefined ? {} : { gid: spec.gid }),
  })
  server.stdout.on('data', log)
  server.stderr.on('data', log)
  server.on('spawn', () => report({ event: 'started', pid: server.pid }))
  server.on('error', (error) => {
    report({ event: 'failed', message: error.message })
    process.exitCode = 1
    process.stdin.destroy()
  })

  let ending
  const end = () => {
    if (ending !== undefined || server.exitCode !== null || server.signalCode !== null) return
    server.kill(spec.stopSignal)
    ending = setTimeout(() => server.kill('SIGKILL'), spec.stopGraceMs)
  }
  const finish = (code, signal) => {
    clearTimeout(ending)
    process.stdout.write(`${JSON.stringify({ event: 'exited', code, signal })}\n`, () => process.exit(0))
  }
  // `close` comes after the last line of the log, but waits for grandchildren that hold the pipes: not for long.
  server.on('exit', (code, signal) => setTimeout(() => finish(code, signal), 500))
  server.on('close', finish)
  return { end, kill: () => server.kill('SIGKILL') }
}

// Our process being gone makes writing to it fail; the server must still be ended.
process.stdout.on('error', () => {})

let server
const input = createInterface({ input: process.stdin })
input.on('line', (line) => {
  if (server === undefined) server = run(JSON.parse(line))
  else if (line === 'kill') server.kill()
})
input.on('close', () => {
  if (server === undefined) process.exit(1)
  server.end()
})
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => server?.end())
