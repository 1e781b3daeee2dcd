// The recorder serves docs/runbooks. Its package carries a copy, made just before it is packed and removed right after.
import { cpSync, rmSync } from 'node:fs'

const source = new URL('../docs/runbooks/', import.meta.url)
const target = new URL('../packages/recorder/runbooks/', import.meta.url)

rmSync(target, { recursive: true, force: true })
if (process.argv[2] === 'copy') cpSync(source, target, { recursive: true })
