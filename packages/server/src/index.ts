export type { NameStyle } from './mcp/exposure.ts'
export { factsKey } from './mcp/refusal.ts'
export { type McpStdioOptions, serveMcpStdio } from './mcp/stdio.ts'
