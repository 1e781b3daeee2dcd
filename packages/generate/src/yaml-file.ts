import type { Config } from '@mnemoscope/kpi'
import { stringify } from 'yaml'
import { header } from './header.js'

/** Text of a generated YAML file: the header that names its source, then the value. No line is ever folded. */
export function yamlFile(config: Config, value: object): string {
  return `# ${header(config)}\n${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })}`
}
