// Loaded before the program of another process (`node --import`): when that ends, it writes down the most memory that it had.
import { writeFileSync } from 'node:fs'

const file = process.env.ECP_BENCH_PEAK
if (file) process.once('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS / 1_024)))
