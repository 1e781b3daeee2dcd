import type { Config } from '@mnemoscope/kpi'
import { configFileIn, loadProject } from '../config-file.js'

/**
 * The plugins that the report has sections of: those of the configuration file given, or of the one in the working
 * directory; none where there is no file, as the recorder may run elsewhere.
 * @throws MnemoscopeError CONFIG_NOT_FOUND, CONFIG_NOT_LOADABLE or CONFIG_INVALID
 */
export async function reportPlugins(given: string | undefined): Promise<Config['plugins']> {
  if (given === undefined && configFileIn('.') === undefined) return []
  const { config } = await loadProject(given)
  return config.plugins
}
