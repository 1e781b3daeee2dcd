import { statSync } from 'node:fs'
import { commandLineOf, isRunning } from './identity.js'
import { readRecord } from './pid-file.js'
import { lastLines, logFile } from './start-process.js'

/** A running server that was started in a state directory, perhaps by another process. */
export interface FoundServer {
  /** Sends SIGHUP, by which Prometheus and Alertmanager read their configuration again. */
  reload(): void
  /** Starts to look at its log. @returns a function that gives the last lines written since */
  watchLog(): () => string[]
}

/**
 * The server of a state directory that listens at an address; undefined if another program does, one of another user, or
 * none. By a signal only the user who started it can reload it, unlike over HTTP.
 */
export function serverAt(stateDir: string, name: string, url: string): FoundServer | undefined {
  const server = recorded(stateDir, name)
  const { hostname, port } = new URL(url)
  if (server === undefined || !['127.0.0.1', 'localhost'].includes(hostname)) return undefined
  const flags = commandLineOf(server.pid)?.split(' ') ?? []
  if (!isRunning(server) || !flags.includes(`--web.listen-address=127.0.0.1:${port}`)) return undefined
  const log = logFile(stateDir, name)
  return {
    reload() {
      // The process may have ended meanwhile, and another may have its id.
      if (isRunning(server)) process.kill(server.pid, 'SIGHUP')
    },
    watchLog() {
      const from = statSync(log, { throwIfNoEntry: false })?.size ?? 0
      return () => lastLines(log, from, 5)
    },
  }
}

function recorded(stateDir: string, name: string) {
  try {
    return readRecord(stateDir, name)?.server
  } catch {
    // The file is another user's, and so is the server.
    return undefined
  }
}
