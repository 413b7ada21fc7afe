// The benchmark's server on stdio.
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { benchServer } from './bench-tools.ts'

await benchServer().connect(new StdioServerTransport())
