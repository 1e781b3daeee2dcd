import { resolve } from 'node:path'
import type { Config } from '@mnemoscope/kpi'
import { consoleHandler, fileHandler, webhookHandler } from './built-in.js'
import type { AlertHandler } from './handler.js'

/**
 * The handlers that a configuration names, its plugins' included.
 * @param folder where relative paths of files begin
 */
export function configuredHandlers({ handlers }: Pick<Config, 'handlers'>, folder: string): AlertHandler[] {
  return Object.entries(handlers).map(([name, handler]) => {
    if (typeof handler === 'function') return { name, handle: handler }
    if (handler === 'console') return consoleHandler({ name })
    if ('webhook' in handler) return webhookHandler({ name, url: handler.webhook })
    return fileHandler({ name, path: resolve(folder, handler.file) })
  })
}
