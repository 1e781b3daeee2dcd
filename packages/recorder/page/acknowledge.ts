import { ask, RefusedError } from './api.js'
import { byId, setText } from './dom.js'

const nameKey = 'mnemoscope.name'
/** Kept as long as the tab: a token is a secret. */
const tokenKey = 'mnemoscope.token'
/** Episode that the dialog is about. */
let acknowledged: number | undefined

/** Makes the dialog work. @param onStored called after something was stored */
export function startAcknowledge(onStored: () => void): void {
  const dialog = byId('acknowledge', HTMLDialogElement)
  byId('acknowledge-cancel').addEventListener('click', () => dialog.close())
  dialog.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit().then((isStored) => {
      if (isStored) onStored()
    })
  })
}

/** Opens the dialog for an episode. @param title what its alert is about */
export function openAcknowledge(id: number, title: string): void {
  acknowledged = id
  setText(byId('acknowledge-title'), `Acknowledge: ${title}`)
  setText(byId('acknowledge-error'), '')
  byId('acknowledge-by', HTMLInputElement).value ||= localStorage.getItem(nameKey) ?? ''
  byId('acknowledge', HTMLDialogElement).showModal()
}

async function submit(): Promise<boolean> {
  if (acknowledged === undefined) return false
  const by = byId('acknowledge-by', HTMLInputElement).value.trim()
  const comment = byId('acknowledge-comment', HTMLTextAreaElement)
  const written = byId('acknowledge-token', HTMLInputElement)
  const button = byId('acknowledge-send', HTMLButtonElement)
  button.disabled = true
  try {
    const token = written.value || sessionStorage.getItem(tokenKey)
    const text = comment.value.trim()
    await ask('POST /api/episodes/{id}/acknowledge', {
      params: { id: String(acknowledged) },
      body: text ? { by, comment: text } : { by },
      token,
    })
    localStorage.setItem(nameKey, by)
    if (token) sessionStorage.setItem(tokenKey, token)
    comment.value = ''
    byId('acknowledge', HTMLDialogElement).close()
    return true
  } catch (error) {
    const needsToken = error instanceof RefusedError && error.code === 'TOKEN_REQUIRED'
    setText(
      byId('acknowledge-error'),
      needsToken
        ? 'Not stored: this recorder wants its token (MNEMOSCOPE_TOKEN) or a key. Enter it and send again, or open the address that `npx mnemoscope sign-in` prints.'
        : `Not stored: ${error instanceof Error ? error.message : String(error)}`,
    )
    if (needsToken) {
      sessionStorage.removeItem(tokenKey)
      byId('acknowledge-token-label').hidden = false
      written.focus()
    }
    return false
  } finally {
    button.disabled = false
  }
}
