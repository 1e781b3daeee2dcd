import { expect, test } from '@jest/globals'
import { acceptsGzip, formatOf } from '../../src/exposition/negotiate.js'

const prometheus2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
const prometheus3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'

test.each([
  ['text', undefined],
  ['text', ''],
  ['text', '*/*'],
  ['text', 'text/html,application/xhtml+xml,*/*;q=0.8'],
  ['openmetrics', prometheus2],
  ['openmetrics', prometheus3],
  ['openmetrics', 'application/openmetrics-text'],
  ['openmetrics', 'application/openmetrics-text; version="1.0.0"'],
  ['text', 'application/openmetrics-text;version=2.0.0, text/plain;q=0.1'],
  ['text', 'application/openmetrics-text;q=0'],
  ['text', 'application/openmetrics-text;q=0.2, text/plain;q=0.9'],
  ['text', 'application/openmetrics-text;q=nonsense'],
] as const)('a scraper gets %s for accept: %s', (format, accept) => {
  expect(formatOf(accept)).toBe(format)
})

test.each([
  [false, undefined],
  [true, 'gzip'],
  [true, 'deflate, gzip;q=1.0, *;q=0.5'],
  [false, 'gzip;q=0'],
  [false, 'identity'],
])('gzip is %s for accept-encoding: %s', (gzip, header) => {
  expect(acceptsGzip(header)).toBe(gzip)
})
