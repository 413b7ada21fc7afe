export { newToken, tokenHash } from './credentials/client-token.ts'
export {
  addClient,
  clientsFile,
  readClients,
  revokeClient,
  type TokenClient,
  type TokenClients,
} from './credentials/clients-file.ts'
export { type AuthenticatorOptions, openAuthenticator } from './credentials/open-authenticator.ts'
export { type ProtectedResource, protectedResource } from './credentials/protected-resource.ts'
export { type WiredClient, wiredClients } from './credentials/wired-clients.ts'
export { ServerError, type ServerErrorCode } from './error.ts'
export type { Anonymous } from './http/anonymous.ts'
export type { Authenticator, Identity } from './http/identity.ts'
export { type HttpFace, type ServeHttpOptions, serveHttp } from './http/serve-http.ts'
export type { NameStyle } from './mcp/exposure.ts'
export { refuseAmbiguousNames } from './mcp/greeting.ts'
export { factsKey } from './mcp/refusal.ts'
export { type McpStdioOptions, serveMcpStdio } from './mcp/stdio.ts'
export { consoleLink, localSocket } from './operator/console-link.ts'
export { type PasskeyLink, passkeyLink, passkeyOf } from './operator/passkeys/ask-registration.ts'
