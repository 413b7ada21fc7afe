import { ApiGateway } from './api-gateway.ts'
import { testCasesBehind } from './behind.ts'

// AuthZEN first, which leaves nothing behind, then the action itself: the same decision, or `call` throws.
testCasesBehind({
  face: 'api',
  enforcement: 'authorized',
  open: (documents, executor, tools) => new ApiGateway(documents, executor, tools),
})
