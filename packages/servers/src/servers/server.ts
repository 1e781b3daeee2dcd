import type { ServerProcess } from '../process/start-process.js'

/** What every server takes. */
export interface ServerOptions {
  /** Pid files, logs, passwords and, by default, data. Made if it is not there. */
  readonly stateDir: string
  /** Default: a folder of the server's own in the state directory. */
  readonly dataDir?: string
  /** 0 takes a free one. */
  readonly port: number
  /** Default 60 s: recovery after a crash takes its time. */
  readonly readyTimeoutMs?: number
  /** From the stop signal to SIGKILL. Default 20 s. */
  readonly stopGraceMs?: number
}

/** A server that answers at `url`. */
export interface RunningServer extends ServerProcess {
  readonly url: string
  readonly port: number
}
