import { byId } from './dom.js'
import type { Needs } from './search.js'

/** Opens the search by its button or the key `/`. It is loaded then. */
export function startSearch(needs: Needs): void {
  const open = () => {
    import('./search.js').then(
      ({ openSearch }) => openSearch(needs),
      // The recorder is away, and the page says so.
      () => {},
    )
  }
  byId('search-open').addEventListener('click', open)
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target)) return
    if (document.querySelector('dialog[open]') !== null) return
    event.preventDefault()
    open()
  })
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
}
