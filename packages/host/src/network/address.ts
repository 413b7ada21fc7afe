import { BlockList, isIP } from 'node:net'

/** What an address is good for. Only `public` ones are reached without being asked for. */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'metadata'
  | 'shared'
  | 'multicast'
  | 'reserved'

type Subnet = readonly [network: string, prefix: number]

/** IANA's special-purpose registry for IPv4 (RFC 6890, as of 2025), and what clouds answer metadata on. The first that fits. */
const ipv4: readonly (readonly [AddressKind, readonly Subnet[]])[] = [
  [
    'metadata',
    [
      ['169.254.169.254', 32],
      ['169.254.170.2', 32],
      ['100.100.100.200', 32],
      ['168.63.129.16', 32],
      ['192.0.0.192', 32],
    ],
  ],
  ['loopback', [['127.0.0.0', 8]]],
  [
    'private',
    [
      ['10.0.0.0', 8],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
    ],
  ],
  ['link-local', [['169.254.0.0', 16]]],
  ['shared', [['100.64.0.0', 10]]],
  ['multicast', [['224.0.0.0', 4]]],
  [
    'reserved',
    [
      ['0.0.0.0', 8],
      ['192.0.0.0', 24],
      ['192.0.2.0', 24],
      ['192.31.196.0', 24],
      ['192.52.193.0', 24],
      ['192.88.99.0', 24],
      ['192.175.48.0', 24],
      ['198.18.0.0', 15],
      ['198.51.100.0', 24],
      ['203.0.113.0', 24],
      ['240.0.0.0', 4],
    ],
  ],
]

/**
 * The same for IPv6 (RFC 6890, RFC 4291). What embeds an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) is reserved:
 * nobody has to work out where it would lead.
 */
const ipv6: readonly (readonly [AddressKind, readonly Subnet[]])[] = [
  [
    'metadata',
    [
      ['fd00:ec2::254', 128],
      ['fd20:ce::254', 128],
    ],
  ],
  ['loopback', [['::1', 128]]],
  [
    'private',
    [
      ['fc00::', 7],
      ['fec0::', 10],
    ],
  ],
  ['link-local', [['fe80::', 10]]],
  ['multicast', [['ff00::', 8]]],
  [
    'reserved',
    [
      ['2001::', 23],
      ['2001:db8::', 32],
      ['2002::', 16],
      ['2620:4f:8000::', 48],
      ['3fff::', 20],
    ],
  ],
  ['public', [['2000::', 3]]],
]

const lists = (table: typeof ipv4, family: 'ipv4' | 'ipv6') =>
  table.map(([kind, subnets]) => {
    const list = new BlockList()
    for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family)
    return { kind, list }
  })
const ipv4Lists = lists(ipv4, 'ipv4')
const ipv6Lists = lists(ipv6, 'ipv6')

/**
 * The kind of an IP address in its usual text form. What is no such address, has a zone, or lies in no range that is known
 * is `reserved`: only what is surely public counts as public.
 */
export function addressKind(address: string): AddressKind {
  const family = isIP(address)
  if (family === 4) return ipv4Lists.find(({ list }) => list.check(address, 'ipv4'))?.kind ?? 'public'
  if (family !== 6) return 'reserved'
  if (address.includes('%')) return 'link-local'
  return ipv6Lists.find(({ list }) => list.check(address, 'ipv6'))?.kind ?? 'reserved'
}

/** The host of a URL as it is connected to: without brackets, a final dot, or capitals. */
export function bareHost(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
}

/** Whether a name means this machine by itself (RFC 6761, 6.3). */
export function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost')
}
