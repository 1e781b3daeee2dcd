import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { z } from 'zod'
import { writeFiles } from '../project-files.js'

const file = 'taken-back.json'

const schema = z.object({ sha256: z.string(), message: z.string(), next: z.string() })

/**
 * Why a configuration was taken back the last time, so that it is not applied again before it is edited; undefined if it was not.
 * A file that cannot be read says nothing.
 */
export function readTakenBack(folder: string, sha256: string): MnemoscopeError | undefined {
  try {
    const { message, next, ...of } = schema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')))
    return of.sha256 === sha256 ? new MnemoscopeError('CHANGE_TAKEN_BACK', message, { next }) : undefined
  } catch {
    return undefined
  }
}

export function writeTakenBack(folder: string, sha256: string, { message, next }: MnemoscopeError): void {
  writeFiles(folder, new Map([[file, `${JSON.stringify({ sha256, message, next }, null, 2)}\n`]]))
}
