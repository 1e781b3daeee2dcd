/** What a program gets of this process' environment beside what every program gets. */
export type Needs = 'network' | 'apt' | 'grafana'

/** Where programs are and write, in which language and time zone they do, and how much of the machine Go's take. */
const everyProgram =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|TZDIR|LANG|LANGUAGE|LC_[A-Z]+|NO_COLOR|XDG_[A-Z]+_(?:HOME|DIR|DIRS)|LD_LIBRARY_PATH|GOMAXPROCS|GOMEMLIMIT|GOGC)$/

const further: Readonly<Record<Needs, RegExp>> = {
  // For what sends requests to others: their proxies, which may hold a password, and whom they trust.
  network: /^(?:https?_proxy|no_proxy|all_proxy|ssl_cert_(?:file|dir)|node_extra_ca_certs)$/i,
  // The user's own configuration of apt: mirrors, and what they need.
  apt: /^APT_CONFIG$/,
  // Grafana's own settings.
  grafana: /^GF_[A-Z0-9_]+$/,
}

/**
 * The environment of a program that this process starts: an allow-list. Anything else stays here: tokens, passwords and
 * keys that were given to this process, or that just lie in the shell it was started from, are not for its children.
 */
export function childEnvironment(
  needs: readonly Needs[] = [],
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const allowed = [everyProgram, ...needs.map((need) => further[need])]
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => allowed.some((pattern) => pattern.test(name))),
  )
}
