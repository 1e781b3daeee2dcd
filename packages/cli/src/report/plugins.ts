import type { Config } from '@mnemoscope/kpi'
import { configFileIn, loadProject } from '../config-file.js'
import { failureText } from '../failure.js'

/**
 * The plugins that the report has sections of: those of the configuration file given, or of the one in the working
 * directory; none where there is no file, as the recorder may run elsewhere. A file found there that cannot be loaded
 * keeps nobody from the report: what is wrong with it is told beside.
 * @param warn told why sections are missing
 * @throws MnemoscopeError CONFIG_NOT_FOUND, CONFIG_NOT_LOADABLE or CONFIG_INVALID of a file that was given
 */
export async function reportPlugins(
  given: string | undefined,
  warn: (text: string) => void,
): Promise<Config['plugins']> {
  if (given !== undefined) return (await loadProject(given)).config.plugins
  if (configFileIn('.') === undefined) return []
  try {
    return (await loadProject()).config.plugins
  } catch (error) {
    warn(`${failureText(error, { json: false }).text}  The report is without the sections of plugins.\n`)
    return []
  }
}
