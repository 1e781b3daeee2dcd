import { element } from './element.js'

/** Levels, the worst first. */
export const levels = ['critical', 'error', 'warning', 'info']

/** Where a level stands, 0 for the worst; what is no level comes last. */
export function rank(level) {
  const place = levels.indexOf(level)
  return place < 0 ? levels.length : place
}

/** The level's name in style sheets. */
export function levelClass(level) {
  return `level-${levels.includes(level) ? level : level ? 'other' : 'ok'}`
}

/** A level as colour and word: colour alone tells too few people. */
export function badge(level) {
  return element('span', { class: `badge ${levelClass(level)}` }, level ?? 'ok')
}
