import { expect, test } from '@jest/globals'
import { scraped, scrapeOption } from '../../src/changes/scraped.js'

const services = [
  { name: 'memory', targets: ['memory:9464'] },
  { name: 'demo', targets: ['127.0.0.1:9464'] },
]

test('a service is scraped where it is in this run, the others where they are configured', () => {
  expect(scraped(services, { demo: '127.0.0.1:25000' })).toEqual([
    { name: 'memory', targets: ['memory:9464'] },
    { name: 'demo', targets: ['127.0.0.1:25000'] },
  ])
  expect(scraped(services, {})).toEqual(services)
  expect(scraped([], { demo: 'x:1' })).toEqual([{ name: 'demo', targets: ['x:1'] }])
})

test('the option may be given for several services', () => {
  const first = scrapeOption('demo=127.0.0.1:25000')
  expect(scrapeOption('memory=[::1]:9', first)).toEqual({ demo: '127.0.0.1:25000', memory: '[::1]:9' })
})

test.each(['demo', 'demo=', '=x:1', 'demo=localhost'])('the option refuses %p', (text) => {
  expect(() => scrapeOption(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
