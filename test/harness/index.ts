export { type CliResult, mnemoscope, startUp, type Up } from './command.js'
export { eventually } from './eventually.js'
export { type Stack, startStack } from './stack.js'
export { temporaryFolder } from './temporary-folder.js'
