import { ask, RefusedError, type Session } from './api.js'
import { byId, setText } from './dom.js'
import { whyNotAcknowledge, whyNotRead } from './session.js'

/** Makes the dialog work. @param onSignedIn called once the recorder has taken a token or key */
export function startSignIn(onSignedIn: () => void): void {
  const dialog = byId('sign-in', HTMLDialogElement)
  dialog.addEventListener('submit', (event) => {
    event.preventDefault()
    void signIn(onSignedIn)
  })
  byId('sign-in-cancel').addEventListener('click', () => dialog.close())
  byId('session-sign-in').addEventListener('click', open)
}

/**
 * Shows what the reader may do: what needs more is not there, and a line says so. Opens the dialog for who may not read.
 * @returns whether they may read
 */
export function showSession(session: Session): boolean {
  document.documentElement.dataset.may = session.scopes.join(' ')
  const why = whyNotRead(session)
  if (why !== undefined) signOut(why)
  else showLine(whyNotAcknowledge(session))
  return why === undefined
}

/** Opens the dialog if the recorder refused an answer for want of a key. @returns whether it did */
export function askToSignIn(error: unknown): boolean {
  if (!(error instanceof RefusedError) || error.code !== 'TOKEN_REQUIRED') return false
  signOut('Reading needs a token or key.')
  return true
}

/** Why the page waits for another token or key, so that asking again is of no use; undefined while it does not. */
export function signedOutText(): string | undefined {
  return document.documentElement.dataset.signedOut
}

function signOut(why: string): void {
  document.documentElement.dataset.signedOut = why
  showLine(why)
  open()
}

/** What the reader may not do, with a button for another key. */
function showLine(text: string | undefined): void {
  byId('session').hidden = text === undefined
  setText(byId('session-text'), text ?? '')
}

function open(): void {
  const dialog = byId('sign-in', HTMLDialogElement)
  setText(byId('sign-in-error'), '')
  setText(byId('sign-in-why'), signedOutText() ?? '')
  if (!dialog.open) dialog.showModal()
}

async function signIn(onSignedIn: () => void): Promise<void> {
  const written = byId('sign-in-token', HTMLInputElement)
  const button = byId('sign-in-send', HTMLButtonElement)
  button.disabled = true
  try {
    await ask('POST /api/session', { token: written.value })
    written.value = ''
    byId('sign-in', HTMLDialogElement).close()
    delete document.documentElement.dataset.signedOut
    onSignedIn()
  } catch (error) {
    setText(byId('sign-in-error'), `Not signed in: ${await whyRefused(error, written.value)}`)
    written.focus()
  } finally {
    button.disabled = false
  }
}

/** Why the recorder did not take a token or key. */
async function whyRefused(error: unknown, token: string): Promise<string> {
  const { code, message } = error as Partial<RefusedError>
  if (code === 'TOKEN_REQUIRED') return 'the recorder does not know it.'
  // One that it knows may be for other things than this page.
  const session = code === 'ACCESS_DENIED' ? await ask('GET /api/session', { token }).catch(() => null) : null
  return (session && whyNotRead(session)) ?? `${message ?? String(error)}.`
}
