import { describe, expect, test } from '@jest/globals'
import { interceptMethods } from '../../src/adapters/intercept.js'

class Shelf {
  readonly #books: string[] = []
  label = 'shelf'
  get size() {
    return this.#books.length
  }
  set last(book: string) {
    this.#books[this.#books.length - 1] = book
  }
  add(book: string): this {
    this.#books.push(book)
    return this
  }
  addTwo(first: string, second: string): this {
    return this.add(first).add(second)
  }
  self(): unknown {
    return this
  }
}

function watched(shelf: Shelf, ownThis?: (target: object, method: PropertyKey) => boolean) {
  const calls: unknown[] = []
  const stand = interceptMethods(shelf, {
    intercepted: {
      add(run) {
        calls.push('add')
        return run()
      },
    },
    ...(ownThis && { ownThis }),
  })
  return { stand, calls }
}

describe('an object with intercepted methods', () => {
  test('passes private fields, getters, setters and plain properties through', () => {
    const shelf = new Shelf()
    const { stand } = watched(shelf)
    stand.add('a').add('b')
    stand.last = 'c'
    stand.label = 'other'
    expect([stand.size, shelf.size, shelf.label]).toEqual([2, 2, 'other'])
    expect(stand).toBeInstanceOf(Shelf)
    expect(stand.constructor).toBe(Shelf)
  })

  test('intercepts calls from outside, and not those of the original', () => {
    const { stand, calls } = watched(new Shelf())
    stand.addTwo('a', 'b')
    expect(calls).toEqual([])
    stand.add('c')
    expect([calls, stand.size]).toEqual([['add'], 3])
  })

  test('is returned in place of the original by its methods', () => {
    const { stand, calls } = watched(new Shelf())
    expect(stand.add('a')).toBe(stand)
    stand.add('b').add('c')
    expect(calls).toHaveLength(3)
  })

  test('gives the same method each time, with its name and length', () => {
    const { stand } = watched(new Shelf())
    expect(stand.addTwo).toBe(stand.addTwo)
    expect([stand.addTwo.name, stand.addTwo.length]).toEqual(['addTwo', 2])
  })

  test('uses a method that was replaced later', () => {
    const { stand, calls } = watched(new Shelf())
    stand.add('a')
    stand.add = function add(this: Shelf) {
      return this
    }
    stand.add('b')
    expect([calls.length, stand.size]).toEqual([2, 1])
  })

  test('keeps the `this` that a borrowed method is called with', () => {
    const other = new Shelf()
    const { stand } = watched(new Shelf())
    stand.add.call(other, 'a')
    expect([stand.size, other.size]).toEqual([0, 1])
  })

  test('is `this` in methods that keep a reference to it, and the original in others', () => {
    const shelf = new Shelf()
    const seen: unknown[] = []
    const note = {
      note() {
        seen.push(this)
      },
    }
    Object.assign(shelf, note)
    const held = watched(shelf, (_target, method) => method === 'note').stand as Shelf & typeof note
    const free = watched(shelf).stand as Shelf & typeof note
    held.note()
    free.note()
    expect(seen[0]).toBe(held)
    expect(seen[1]).toBe(shelf)
  })

  test('can have a frozen target', () => {
    const frozen = Object.freeze({ find: () => 'found' })
    const stand = interceptMethods(frozen, { intercepted: { find: (run) => run() } })
    expect(stand.find()).toBe('found')
  })
})
