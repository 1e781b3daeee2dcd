import type { CertifiedFetch, Config } from '@mnemoscope/kpi'

/** The integrations that are on. */
export type Switches = Config['integrations']

export interface FollowSwitchesOptions {
  /** Base address of the recorder: `http://127.0.0.1:9470`. */
  readonly recorder: string
  /** The switches until the recorder has answered: those of the configuration. */
  readonly first: Switches
  /**
   * Milliseconds between two requests.
   * @default 10_000
   */
  readonly everyMs?: number
  /**
   * How requests are sent.
   * @default the global `fetch`
   */
  readonly fetch?: CertifiedFetch
  /** Called for each change. */
  readonly onChange?: (switches: Switches) => void
}

/** The switches of the recorder. */
export interface FollowedSwitches {
  /** The switches now. */
  readonly current: Switches
  stop(): void
}

const timeoutMs = 5_000

/**
 * Asks the recorder at once and then regularly which integrations are on: `GET /api/instrumentation-config` with the tag
 * of the last answer, so that an unchanged answer has no body. If the recorder is away or its answer is invalid, the
 * switches stay the same. Never throws, and does not keep the process alive.
 */
export function followSwitches(options: FollowSwitchesOptions): FollowedSwitches {
  const { recorder, everyMs = 10_000, fetch = globalThis.fetch, onChange } = options
  const address = `${recorder.replace(/\/+$/, '')}/api/instrumentation-config`
  const followed = { current: options.first, stop }
  const stopping = new AbortController()
  let tag: string | undefined
  let asking = false

  async function ask(): Promise<void> {
    if (asking) return
    asking = true
    try {
      const response = await fetch(address, {
        headers: tag === undefined ? {} : { 'if-none-match': tag },
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(timeoutMs)]),
      })
      const switches = response.status === 200 ? readSwitches(await response.json()) : undefined
      await response.body?.cancel().catch(() => undefined)
      if (switches === undefined || stopping.signal.aborted) return
      tag = response.headers.get('etag') ?? undefined
      if (isSame(switches, followed.current)) return
      followed.current = switches
      onChange?.(switches)
    } catch {
      // The recorder is away, or onChange threw. The service must not fail.
    } finally {
      asking = false
    }
  }
  function stop(): void {
    clearInterval(timer)
    stopping.abort()
  }

  const timer = setInterval(ask, everyMs)
  timer.unref()
  void ask()
  return followed
}

function readSwitches(answer: unknown): Switches | undefined {
  const { integrations } = (answer ?? {}) as { integrations?: Partial<Record<keyof Switches, unknown>> }
  const { benchmark, overflow, adaptation } = integrations ?? {}
  if (typeof benchmark !== 'boolean' || typeof overflow !== 'boolean' || typeof adaptation !== 'boolean') {
    return undefined
  }
  return { benchmark, overflow, adaptation }
}

function isSame(a: Switches, b: Switches): boolean {
  return a.benchmark === b.benchmark && a.overflow === b.overflow && a.adaptation === b.adaptation
}
