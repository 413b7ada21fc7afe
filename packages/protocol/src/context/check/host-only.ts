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

/** Why a Context cannot say such a thing. */
export function hostOnlyMessage(key: string): string {
  return `\`${key}\` is set by the host alone, in its own config (models.providers): a Context cannot say how a provider is reached or with which key`
}
