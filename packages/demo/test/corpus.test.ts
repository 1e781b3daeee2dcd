import { describe, expect, test } from '@jest/globals'
import { loadQuestions, loadSections, parseSections } from '../src/corpus.js'
import { models } from '../src/models.js'
import { cutOff } from '../src/retrieve.js'
import { createStore } from '../src/store.js'

const sections = loadSections()
const byId = new Map(sections.map((section) => [section.id, section]))
const questions = loadQuestions()

describe('the documents', () => {
  test('a document is cut at its headings, and each section is named after document and heading', () => {
    const markdown = '# The yard\n\n## What’s a slot?\nA place for one box.\n\n## Rows & tiers\nTwo words.\n'
    expect(parseSections('yard', markdown)).toMatchObject([
      { id: 'yard#what-s-a-slot', documentTitle: 'The yard', text: 'What’s a slot?. A place for one box.' },
      { id: 'yard#rows-tiers', heading: 'Rows & tiers', text: 'Rows & tiers. Two words.' },
    ])
  })

  test('every section has a unique id', () => {
    expect(byId.size).toBe(sections.length)
  })

  test('all documents together are more than the window of the middle model holds', () => {
    const tokens = sections.reduce((sum, section) => sum + section.tokens, 0)
    expect(tokens).toBeGreaterThan(models[1]?.window ?? Number.POSITIVE_INFINITY)
  })

  test('no two sections share a long sentence: the prose does not come from a template', () => {
    const sentences = sections.flatMap(({ text }) =>
      text.split(/(?<=\.) /).filter((each) => each.length > 60),
    )
    expect(new Set(sentences).size).toBe(sentences.length)
  })
})

describe('the questions', () => {
  test('there are at least sixty, each with a unique id and text', () => {
    expect(questions.length).toBeGreaterThanOrEqual(60)
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length)
    expect(new Set(questions.map(({ text }) => text)).size).toBe(questions.length)
  })

  test.each(questions)('$id: each label names a section and quotes words that are in it', ({ relevant }) => {
    expect(Object.keys(relevant).length).toBeGreaterThan(0)
    for (const [id, evidence] of Object.entries(relevant)) {
      expect(byId.get(id)?.text).toContain(evidence)
      expect(evidence.split(' ').length).toBeGreaterThanOrEqual(3)
    }
  })

  test('the labels were not taken from the search: it misses some of them and finds others too many', async () => {
    const store = createStore(sections)
    const found = await Promise.all(questions.map(async ({ text }) => cutOff(await store.search(text))))
    const missed = questions.filter(({ relevant }, at) =>
      Object.keys(relevant).some((id) => !found[at]?.some((section) => section.id === id)),
    )
    const tooMany = questions.filter(({ relevant }, at) => found[at]?.some(({ id }) => !(id in relevant)))
    expect(missed.length).toBeGreaterThan(0)
    expect(tooMany.length).toBeGreaterThan(0)
  })
})
