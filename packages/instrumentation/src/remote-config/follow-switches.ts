import type { Config } from '@mnemoscope/kpi'

/** Which integrations record measurements. */
export type Switches = Config['integrations']

export interface FollowSwitchesOptions {
  /** Base address of the recorder: `http://127.0.0.1:9470`. */
  readonly recorder: string
  /** What is in force until the recorder has answered: the configuration's own. */
  readonly first: Switches
  /**
   * How often the recorder is asked, in milliseconds.
   * @default 10_000
   */
  readonly everyMs?: number
  /** Hears each change, never what is in force already. */
  readonly onChange?: (switches: Switches) => void
}

/** The switches as the recorder has them. */
export interface FollowedSwitches {
  /** In force now; one property read, cheap enough for every measurement. */
  readonly current: Switches
  stop(): void
}

const timeoutMs = 5_000

/**
 * Asks the recorder at once and then regularly which integrations are on, by its `GET /api/instrumentation-config`
 * with the tag of the last answer, so that an unchanged one costs no body. A recorder that is away or answers
 * something else changes nothing. Never throws, and keeps no process alive.
 */
export function followSwitches(options: FollowSwitchesOptions): FollowedSwitches {
  const { recorder, everyMs = 10_000, onChange } = options
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
      // A recorder that is away, or a listener that throws, is no reason to fail the service.
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
