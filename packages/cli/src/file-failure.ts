import { MnemoscopeError } from '@mnemoscope/kpi'

const nextSteps: Readonly<Record<string, string>> = {
  EACCES: 'Let this user read and write there, or run the command as the user whom it belongs to.',
  EPERM: 'Let this user read and write there, or run the command as the user whom it belongs to.',
  EROFS: 'Run the command in a folder that can be written to.',
  ENOSPC: 'Make room on that disk and run the command again.',
  EDQUOT: 'Make room within your quota and run the command again.',
  EISDIR: 'Move the folder away that stands where a file belongs.',
  ENOTDIR: 'Move the file away that stands where a folder belongs.',
}

/** What the system's refusal of a file or folder asks of a person; undefined for every other error. */
export function fileFailure(error: unknown): MnemoscopeError | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code = '', message, path, syscall } = error as NodeJS.ErrnoException
  const next = nextSteps[code]
  // A listener's refusal carries the same codes, and no path.
  if (next === undefined || syscall === undefined || (path === undefined && syscall !== 'write'))
    return undefined
  return new MnemoscopeError('FILE_UNUSABLE', message, { value: path, next, cause: error })
}
