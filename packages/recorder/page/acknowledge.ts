import { ask } from './api.js'
import { byId, setText } from './dom.js'
import { askToSignIn } from './sign-in.js'

const nameKey = 'mnemoscope.name'

/** What somebody writes of an alert. */
interface Note {
  readonly by: string
  readonly comment?: string
}

/** A dialog in which somebody writes a note. */
interface Asked {
  readonly heading: string
  /** On the button. */
  readonly send: string
  readonly store: (note: Note) => Promise<unknown>
}

/** What the dialog is for. */
let asked: Asked | undefined

/** Who the reader is, as they wrote before; empty if they never did. */
export function knownName(): string {
  return localStorage.getItem(nameKey) ?? ''
}

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
  openNote({
    heading: `Acknowledge: ${title}`,
    send: 'Acknowledge',
    store: (body) => ask('POST /api/episodes/{id}/acknowledge', { params: { id: String(id) }, body }),
  })
}

/** Opens the dialog. */
export function openNote(note: Asked): void {
  asked = note
  setText(byId('acknowledge-title'), note.heading)
  setText(byId('acknowledge-send'), note.send)
  setText(byId('acknowledge-error'), '')
  byId('acknowledge-by', HTMLInputElement).value ||= knownName()
  byId('acknowledge', HTMLDialogElement).showModal()
}

async function submit(): Promise<boolean> {
  if (asked === undefined) return false
  const by = byId('acknowledge-by', HTMLInputElement).value.trim()
  const comment = byId('acknowledge-comment', HTMLTextAreaElement)
  const button = byId('acknowledge-send', HTMLButtonElement)
  button.disabled = true
  try {
    const text = comment.value.trim()
    await asked.store(text ? { by, comment: text } : { by })
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
