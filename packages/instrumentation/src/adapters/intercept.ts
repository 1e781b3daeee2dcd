/** Handles a call of a method; `run` calls the method on the original object. */
export type Intercept = (run: () => unknown) => unknown

/** Which methods are intercepted, and how. */
export interface InterceptRules {
  /** The methods to intercept. */
  readonly intercepted: Readonly<Record<string, Intercept>>
  /**
   * Methods that get the proxy as `this`, because their results keep a reference to it. All other methods get the
   * original object, since a proxy has no private fields.
   * @default none
   */
  readonly ownThis?: (target: object, method: PropertyKey) => boolean
}

/**
 * A proxy that behaves like its target (`instanceof`, properties, `this`, private fields), but intercepts calls of some
 * methods. Calls between the target's methods are not intercepted.
 */
export function interceptMethods<Target extends object>(target: Target, rules: InterceptRules): Target {
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
    // A setter can write private fields, which only the original object has.
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

/** JavaScript requires that such a property reads the same through a proxy. */
function isFixed(target: object, key: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, key)
  return own !== undefined && !own.configurable && own.writable === false
}
