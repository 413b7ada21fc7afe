import { testCasesBehind } from './behind.ts'
import { McpGateway } from './mcp-gateway.ts'

testCasesBehind({
  face: 'mcp',
  enforcement: 'performed',
  open: (documents, executor, tools) => new McpGateway(documents, executor, tools),
})
