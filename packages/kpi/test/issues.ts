import { type ConfigError, type ConfigInput, defineConfig } from '@mnemoscope/kpi'

/** What is wrong with a configuration; empty if it is valid. */
export const issuesIn = (input: ConfigInput) => {
  try {
    defineConfig(input)
  } catch (error) {
    return (error as ConfigError).issues
  }
  return []
}
/** The same as `path: what was expected`. */
export const issuesOf = (input: ConfigInput) =>
  issuesIn(input).map(({ path, expected }) => `${path}: ${expected}`)
