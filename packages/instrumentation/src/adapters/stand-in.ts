/** Takes a call in place of the method; `run` calls the method itself, on the original object. */
export type Intercept = (run: () => unknown) => unknown

/** What a stand-in does differently from its original. */
export interface StandInRules {
  /** What happens at calls of these methods. */
  readonly intercepted: Readonly<Record<string, Intercept>>
  /**
   * Methods that see the stand-in as `this`, because what they make holds on to it; all others see the original,
   * whose private fields no stand-in has.
   * @default none
   */
  readonly ownThis?: (target: object, method: PropertyKey) => boolean
}

/**
 * An object that behaves as another one in all respects (`instanceof`, properties, `this`, private fields), except
 * that calls of some methods are intercepted. Calls of the original among its own methods are not.
 */
export function standIn<Target extends object>(target: Target, rules: StandInRules): Target {
  const methods = new Map<PropertyKey, { readonly original: unknown; readonly method: unknown }>()

  const proxy: Target = new Proxy(target, {
    get(_target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function' || key === 'constructor' || isFixed(target, key)) return value
      const known = methods.get(key)
      if (known?.original === value) return known.method
      const method = methodOf(key, value as Method)
      methods.set(key, { original: value, method })
      return method
    },
    // Setters may write private fields, which only the original has.
    set: (_target, key, value) => Reflect.set(target, key, value, target),
  })

  function methodOf(key: PropertyKey, original: Method): Method {
    const intercept = Object.hasOwn(rules.intercepted, key) ? rules.intercepted[key as string] : undefined
    const owns = intercept === undefined && rules.ownThis?.(target, key) === true
    return new Proxy(original, {
      apply(_original, self: unknown, args: unknown[]) {
        const run = () => Reflect.apply(original, self === proxy && !owns ? target : self, args)
        const result = intercept === undefined ? run() : intercept(run)
        return result === target ? proxy : result
      },
    })
  }

  return proxy
}

type Method = (...args: unknown[]) => unknown

/** The language demands that such a property reads the same through any proxy. */
function isFixed(target: object, key: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, key)
  return own !== undefined && !own.configurable && own.writable === false
}
