/**
 * Makes an element. Texts become text nodes, never markup: names of models come from outside.
 * @param {string} tag
 * @param {Record<string, string | boolean | undefined>} attributes true sets one without a value, false and undefined none
 * @param {...(Node | string | null | undefined)} children
 */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children)
}

/** The same for a shape of SVG. */
export function shape(tag, attributes = {}, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children)
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children.filter((child) => child !== null && child !== undefined))
  return made
}

/** The element with this id. */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id))
}

/** Sets a text only where it changes: a live region would be read aloud again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/** A table with its head; cells of a row are elements. */
export function table(caption, head, body) {
  return element(
    'table',
    { role: 'table' },
    element('caption', { class: 'unseen' }, caption),
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)),
    body,
  )
}

/** The head of a column. */
export function columnHead(text, attributes = {}, ...more) {
  return element('th', { scope: 'col', role: 'columnheader', ...attributes }, text, ...more)
}

/** A cell that names its column where a narrow screen shows rows as cards. */
export function cell(column, attributes, ...children) {
  return element('td', { role: 'cell', 'data-column': column, ...attributes }, ...children)
}
