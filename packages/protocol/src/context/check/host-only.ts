const names =
  /^(?:(?:api|base|proxy|server)?(?:endpoint|url|uri|host|hostname)s?|apibase|headers?|proxy|authorization|credentials?|(?:api|access|secret|private|auth)?key|.*(?:apikey|token|secret|password|passphrase|endpoint|baseurl))$/

/** Whether a key says how a provider is reached or with which secret: endpoint, key, headers, token, base URL. */
export function namesHostOnly(key: string): boolean {
  return names.test(
    key
      .slice(0, 200)
      .toLowerCase()
      .replace(/[-_. ]/g, ''),
  )
}
