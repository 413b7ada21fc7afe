import { testCasesBehind } from './behind.ts'
import { HttpGateway } from './http-gateway.ts'

testCasesBehind({
  ways: [
    {
      name: 'http',
      face: 'mcp',
      enforcement: 'performed',
      connect: (gateway: HttpGateway, seat) => gateway.connectMcp(seat),
    },
    {
      // AuthZEN first, which leaves nothing behind, then the action itself: the same decision, or `call` throws.
      name: 'api',
      face: 'api',
      enforcement: 'authorized',
      connect: (gateway, seat) => gateway.connectApi(seat),
    },
    {
      name: 'run',
      face: 'run',
      enforcement: 'performed',
      connect: (gateway, seat, one) => gateway.startRun(seat, one),
    },
  ],
  isShared: true,
  open: (...of) => new HttpGateway(...of),
})
