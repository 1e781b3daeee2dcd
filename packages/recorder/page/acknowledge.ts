import { ask } from './api.js'
import { byId, setText } from './dom.js'
import { askToSignIn } from './sign-in.js'

const nameKey = 'mnemoscope.name'
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
  const button = byId('acknowledge-send', HTMLButtonElement)
  button.disabled = true
  try {
    const text = comment.value.trim()
    await ask('POST /api/episodes/{id}/acknowledge', {
      params: { id: String(acknowledged) },
      body: text ? { by, comment: text } : { by },
    })
    localStorage.setItem(nameKey, by)
    comment.value = ''
    byId('acknowledge', HTMLDialogElement).close()
    return true
  } catch (error) {
    setText(
      byId('acknowledge-error'),
      askToSignIn(error)
        ? 'Not stored: sign in, then send again.'
        : `Not stored: ${error instanceof Error ? error.message : String(error)}`,
    )
    return false
  } finally {
    button.disabled = false
  }
}
