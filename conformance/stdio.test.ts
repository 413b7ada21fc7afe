import { testCasesBehind } from './behind.ts'
import { StdioGateway } from './stdio-gateway.ts'

testCasesBehind({
  ways: [
    {
      name: 'stdio',
      face: 'mcp',
      enforcement: 'performed',
      connect: (gateway: StdioGateway, seat) => gateway.connect(seat),
    },
  ],
  isShared: false,
  open: (...of) => new StdioGateway(...of),
})
