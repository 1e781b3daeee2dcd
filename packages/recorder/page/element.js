/**
 * Makes an element. Texts become text nodes, never markup: names of models come from outside.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string | null)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children.filter((child) => child !== null))
  return made
}

/** The element with this id. */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id))
}

/** A level as colour and word: colour alone tells too few people. */
export function badge(level) {
  return element('span', { class: `badge level-${known(level)}` }, level ?? 'ok')
}

/** The level's name in style sheets. */
export function known(level) {
  return ['info', 'warning', 'error', 'critical'].includes(level) ? level : level ? 'other' : 'ok'
}
