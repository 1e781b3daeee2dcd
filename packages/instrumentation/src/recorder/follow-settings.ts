import { isDeepStrictEqual } from 'node:util'
import type { CertifiedFetch } from '@mnemoscope/kpi'
import type { Warn } from '../guards/warnings.js'
import { readSettings, type Settings } from './settings.js'

export interface FollowSettingsOptions {
  /** Base address of the recorder: `http://127.0.0.1:9470`. */
  readonly recorder: string
  /** Name of this service in the label `job`, so that the recorder knows who follows. */
  readonly service: string
  readonly headers?: Headers
  /** The settings until the recorder has answered: those of the configuration. */
  readonly first: Settings
  /**
   * Milliseconds between two requests. A change arrives within ten seconds by default.
   * @default 8_000
   */
  readonly everyMs?: number
  /**
   * How requests are sent.
   * @default the global `fetch`
   */
  readonly fetch?: CertifiedFetch
  readonly warn?: Warn
  /** Called for each change. */
  readonly onChange?: (settings: Settings) => void
}

/** The settings of the recorder. */
export interface FollowedSettings {
  /** The settings now. */
  readonly current: Settings
  stop(): void
}

const timeoutMs = 5_000

/**
 * Asks the recorder at once and then regularly which integrations are on and what the thresholds are:
 * `GET /api/instrumentation-config` with the tag of the last answer, so that an unchanged answer has no body. If the recorder
 * is away or its answer is invalid, the settings stay the same; a refusal is warned about once. Never throws, and does not
 * keep the process alive.
 */
export function followSettings(options: FollowSettingsOptions): FollowedSettings {
  const { recorder, everyMs = 8_000, fetch = globalThis.fetch, onChange, warn = () => {} } = options
  const address = `${recorder.replace(/\/+$/, '')}/api/instrumentation-config?service=${encodeURIComponent(options.service)}`
  const followed = { current: options.first, stop }
  const stopping = new AbortController()
  let tag: string | undefined
  let asking = false

  async function ask(): Promise<void> {
    if (asking) return
    asking = true
    try {
      const headers = new Headers(options.headers)
      headers.delete('content-type')
      if (tag !== undefined) headers.set('if-none-match', tag)
      const response = await fetch(address, {
        headers,
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(timeoutMs)]),
      })
      const settings = response.status === 200 ? readSettings(await response.json()) : undefined
      await response.body?.cancel().catch(() => undefined)
      if (stopping.signal.aborted) return
      if (response.status >= 400 && response.status < 500) warn(notFollowed(recorder, response.status))
      if (settings === undefined) return
      tag = response.headers.get('etag') ?? undefined
      if (isDeepStrictEqual(settings, followed.current)) return
      followed.current = settings
      onChange?.(settings)
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

function notFollowed(recorder: string, status: number) {
  const next =
    status === 401 || status === 403
      ? 'Give its token, or a key with the scope write:measurements, as measurements.token or in MNEMOSCOPE_TOKEN.'
      : 'Check that the option recorder is the base address of a recorder of the same version.'
  return {
    code: 'SETTINGS_NOT_FOLLOWED',
    message:
      `The recorder at ${recorder} does not say which thresholds and switches are in use (${status}). Those of the start stay. ` +
      next,
  } as const
}
