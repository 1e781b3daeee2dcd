import { stringify } from 'yaml'
import { header } from './header.js'

/**
 * Text of a generated YAML file: the header that names its source, then the value. No line is ever folded. Readers of
 * YAML 1.1, as Kubernetes has, would take a plain `no` or `y` for a boolean: such text is quoted.
 */
export function yamlFile(value: object): string {
  return `# ${header}\n${stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' })}`
}
