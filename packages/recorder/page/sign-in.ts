import { ask, RefusedError } from './api.js'
import { byId, setText } from './dom.js'

/** Makes the dialog work. @param onSignedIn called once the recorder has taken a token or key */
export function startSignIn(onSignedIn: () => void): void {
  byId('sign-in', HTMLDialogElement).addEventListener('submit', (event) => {
    event.preventDefault()
    void signIn(onSignedIn)
  })
}

/** Opens the dialog if the recorder refused an answer for want of a key. @returns whether it did */
export function askToSignIn(error: unknown): boolean {
  if (!(error instanceof RefusedError) || error.code !== 'TOKEN_REQUIRED') return false
  const dialog = byId('sign-in', HTMLDialogElement)
  if (!dialog.open) dialog.showModal()
  document.documentElement.dataset.signedOut = ''
  return true
}

/** Whether the page waits for a token or key, so that asking again is of no use. */
export function isSignedOut(): boolean {
  return 'signedOut' in document.documentElement.dataset
}

async function signIn(onSignedIn: () => void): Promise<void> {
  const written = byId('sign-in-token', HTMLInputElement)
  const button = byId('sign-in-send', HTMLButtonElement)
  button.disabled = true
  try {
    await ask('POST /api/session', { token: written.value })
    written.value = ''
    setText(byId('sign-in-error'), '')
    byId('sign-in', HTMLDialogElement).close()
    delete document.documentElement.dataset.signedOut
    onSignedIn()
  } catch (error) {
    const isWrong = error instanceof RefusedError && error.code === 'TOKEN_REQUIRED'
    const text = isWrong
      ? 'the recorder does not know it'
      : error instanceof Error
        ? error.message
        : String(error)
    setText(byId('sign-in-error'), `Not signed in: ${text}.`)
    written.focus()
  } finally {
    button.disabled = false
  }
}
