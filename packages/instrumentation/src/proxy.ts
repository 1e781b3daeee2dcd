import type { Agent } from 'node:http'
import type { AgentOptions } from 'node:https'
import { BlockList, isIP } from 'node:net'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * An agent that sends requests for an address through the proxy of the environment; undefined without one.
 * @param options of the agent, such as certificates
 * @throws TypeError if the address of the proxy is invalid
 */
export async function agentThrough(
  url: string,
  environment: Environment,
  options: AgentOptions = {},
): Promise<Agent | undefined> {
  const proxy = proxyFor(url, environment)
  if (proxy === undefined) return undefined
  if (url.startsWith('https:')) {
    const { HttpsProxyAgent } = await import('https-proxy-agent')
    const agent = new HttpsProxyAgent(proxy, options)
    // It takes the options for its way to the proxy; these are for what is behind it.
    const { ca, cert, key } = options
    // One that is undefined would take the place of what a request has.
    Object.assign(agent.options, ca && { ca }, cert && { cert }, key && { key })
    return agent
  }
  const { HttpProxyAgent } = await import('http-proxy-agent')
  return new HttpProxyAgent(proxy, options)
}

/**
 * The proxy for an address, from `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` in either case, as curl and Go read
 * them. What listens on this machine is never asked through a proxy.
 * @returns its address; undefined for none
 */
export function proxyFor(url: string, environment: Environment): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, hostname, port } = new URL(url)
  const read = (name: string) => (environment[name.toLowerCase()] || environment[name] || '').trim()
  const proxy = read(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') || read('ALL_PROXY')
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (proxy === '' || isLocal(host)) return undefined
  const usedPort = port || (protocol === 'https:' ? '443' : '80')
  const exceptions = read('NO_PROXY')
    .toLowerCase()
    .split(/[\s,]+/)
  if (exceptions.some((each) => each !== '' && isFor(each, host, usedPort))) return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

/** Whether an entry of `NO_PROXY` is for a host: `*`, a domain with its subdomains, an address or a network, each with a port or without. */
function isFor(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const [, name = entry, wanted] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? []
  if (wanted !== undefined && wanted !== port) return false
  const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '')
  if (isIP(host) !== 0) return isInNetwork(host, bare)
  return host === bare || host.endsWith(`.${bare}`)
}

function isInNetwork(host: string, network: string): boolean {
  const [address = '', length] = network.split('/')
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(address) === 0 || isIP(host) !== isIP(address)) return false
  if (length === undefined) return host === address
  const bits = Number(length)
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 'ipv6' ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(address, bits, family)
  return list.check(host, family)
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
