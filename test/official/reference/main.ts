// The reference server by itself: prints its address and listens until its input ends.
import { listen } from './http.ts'

const listening = await listen()
console.log(listening.url)
process.stdin.resume().once('end', () => void listening[Symbol.asyncDispose]())
