import { randomBytes } from 'node:crypto'
import { ownFiles } from '../keys.js'
import { writeFiles } from '../project-files.js'

/** Address of the recorder's page with a code that signs one browser in. A code that was not used yet no longer works. */
export function newSignInAddress(recorder: string, secrets: string): string {
  const code = randomBytes(24).toString('base64url')
  writeFiles(secrets, new Map([[ownFiles.signIn, code]]), () => true)
  return `${recorder}/sign-in?code=${code}`
}
