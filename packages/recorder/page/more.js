import { element } from './element.js'

/**
 * A list shown a page at a time: thousands of rows at once would hold up the browser.
 * @param {HTMLElement} button placed after the list; hidden where there is nothing more
 * @param {number} pageSize
 * @param {(most: number) => void} show
 */
export function paged(button, pageSize, show) {
  let most = pageSize
  button.addEventListener('click', () => {
    most += pageSize
    show(most)
  })
  return {
    most: () => most,
    /** Says how much there is beyond what is shown. */
    update(total, what) {
      button.hidden = total <= most
      const count = element('span', {}, `Show ${Math.min(pageSize, total - most)} more`)
      button.replaceChildren(count, ` of ${(total - most).toLocaleString('en')} ${what}`)
    },
  }
}
