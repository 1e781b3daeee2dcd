import { type GenerateOptions, generate, secretFiles } from '@mnemoscope/generate'
import { type Config, names } from '@mnemoscope/kpi'
import type { MadeFiles } from './made-files.js'
import { expectedPrometheus } from './verify.js'

/** Makes what the servers read. It computes for some tenths of a second. */
export function makeFiles(config: Config, options: GenerateOptions): MadeFiles {
  const files = generate(config, { ...options, ruleTests: false })
  const isSecret = secretFiles(config)
  return {
    files,
    secret: new Set([...files.keys()].filter(isSecret)),
    expected: expectedPrometheus(files, names.configInfo),
  }
}
