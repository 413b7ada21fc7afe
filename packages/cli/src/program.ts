import { Command, Option } from 'commander'
import type { ClientsAddOptions } from './commands/clients-add.ts'
import type { ExplainOptions } from './commands/explain.ts'
import type { FreezeOptions } from './commands/freeze.ts'
import type { InitOptions } from './commands/init.ts'
import type { LockOptions } from './commands/lock.ts'
import type { LoginOptions } from './commands/login.ts'
import type { McpOptions } from './commands/mcp.ts'
import type { RunCommandOptions } from './commands/run.ts'
import type { ServeOptions } from './commands/serve.ts'
import type { TraceOptions } from './commands/trace.ts'
import type { TrustOptions } from './commands/trust.ts'
import type { ValidateOptions } from './commands/validate.ts'
import type { ExitCode } from './exit-code.ts'
import { grantCommands } from './grant-commands.ts'
import type { CommonOptions, Invocation } from './invocation.ts'
import { peopleCommands } from './people-commands.ts'
import { runCommands } from './run-commands.ts'
import { visibleLines } from './terminal/visible.ts'

const collect = (value: string, before: readonly string[] = []) => [...before, value]
const inputFlags = (command: Command) =>
  command
    .option('-i, --input <key=value>', 'a value for an input of the Context; can be given many times', collect)
    .option('--inputs <file>', 'a YAML or JSON file with values for inputs')

const namesOption = () =>
  new Option('--names <form>', 'how tools are named: server__tool, or plain with one server')
    .choices(['prefixed', 'plain'])
    .default('prefixed')

/**
 * The tree of commands. Each is a few words here; what it does is in a file of its own under `commands/`, which is loaded
 * when the command runs, so that `ecp --help` loads nothing else. `done` is told the command's exit code.
 */
export function program(surroundings: Omit<Invocation, 'common'>, done: (code: ExitCode) => void): Command {
  const ecp = new Command('ecp')
    .description('The execution boundary for AI agents: decides which tool calls happen, performs them, records both.')
    .version(surroundings.version, '-V, --version', 'print the version')
    .option('-c, --config <file>', 'the project layer of the host configuration (trusted by being named)')
    .option('--environment <file>', 'the file behind the secret provider `dot.env`, for this command')
    .option('--trace-dir <folder>', 'the folder of the ledger')
    .option('--json', 'print data as JSON')
    .option('-d, --debug', 'print stack traces of errors')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help about a command')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(visibleLines(text.replace(/^error: /, 'ecp: '))) })
    .exitOverride()
  const told = (): Invocation => ({ ...surroundings, common: ecp.opts<CommonOptions>() })

  ecp
    .command('init')
    .description('write an ecp.config.yaml and a Context to begin with: asks which agent and which tools')
    .option('-y, --yes', 'do not ask: take what the options say, and the defaults')
    .option('--name <name>', 'what the agent is called')
    .addOption(
      new Option('--provider <id>', 'where model turns come from; none: the agent brings its own model').choices([
        'openai',
        'anthropic',
        'ollama',
        'compatible',
        'none',
      ]),
    )
    .option('--base-url <url>', 'the address of the API of a compatible provider')
    .option('--model <name>', 'the model')
    .option('--folder <path>', 'the folder whose files it may see')
    .action(async (options: InitOptions) => done(await (await import('./commands/init.ts')).init(told(), options)))

  inputFlags(ecp.command('mcp'))
    .description('an MCP server on stdio that shows one executor its tools and decides every call')
    .requiredOption('--context <file>', 'the Context')
    .requiredOption('--executor <name>', 'the executor of the Context whose policies apply')
    .option('--client <name>', 'who connects: each name has runs and budgets of its own', 'stdio')
    .addOption(namesOption())
    .action(async (options: McpOptions) => done(await (await import('./commands/mcp.ts')).mcp(told(), options)))

  inputFlags(ecp.command('run'))
    .description('run a Context: every model turn, mount and tool call of it is decided, performed and recorded')
    .argument('<context>', 'the Context, a YAML or JSON file')
    .option('--provider <id>', 'the model provider, in place of what the Context says')
    .option('--model <name>', 'the model, in place of what the Context says')
    .option('--record <file>', 'write the model turns to a file that can be played again')
    .option('--recorded <file>', 'take the model turns from such a file: no provider is asked')
    .option('--dry-run', 'decide and record everything, and perform only reads and model turns')
    .option('--no-ask', 'ask nobody on this terminal: what waits for a person ends with exit code 4')
    .option('--wait <duration>', 'how long a held action waits for a person, such as 10m; missing: not at all')
    .action(async (context: string, options: RunCommandOptions) =>
      done(await (await import('./commands/run.ts')).run(told(), context, options)),
    )

  inputFlags(ecp.command('serve'))
    .description('MCP, decisions and actions over HTTP, for many clients: each with a token, a Context and an executor')
    .option('--listen <address>', 'such as 127.0.0.1:7391; missing: `gateway.listen` of the configuration')
    .option('--context <file>', 'the Context for whoever comes without a token, from this machine only')
    .option('--executor <name>', 'the executor of that Context whose policies apply to them')
    .addOption(namesOption())
    .option('--no-socket', 'no socket for programs of this user beside the ledger')
    .action(async (options: ServeOptions) => done(await (await import('./commands/serve.ts')).serve(told(), options)))

  ecp
    .command('console')
    .description('a new link to the console of the ecp serve that runs: it signs in one browser, once')
    .action(async () => done(await (await import('./commands/console.ts')).consoleCommand(told())))

  inputFlags(ecp.command('validate'))
    .description('every error of a Context and of the host configuration, and what the host would refuse')
    .argument('<context>', 'the Context, a YAML or JSON file')
    .option('--skip-inputs', 'list the inputs of the Context instead of checking their values')
    .action(async (context: string, options: ValidateOptions) =>
      done(await (await import('./commands/validate.ts')).validate(told(), context, options)),
    )

  ecp
    .command('explain')
    .description('effective permissions: what each executor could do with each tool, and the rule that says so')
    .argument('<context>', 'the Context, a YAML or JSON file')
    .option('--executor <name>', 'only this executor')
    .option('--tool <pattern>', 'only tools that fit server:tool, with * on either side')
    .action(async (context: string, options: ExplainOptions) =>
      done(await (await import('./commands/explain.ts')).explain(told(), context, options)),
    )

  const trace = ecp
    .command('trace')
    .description('what a run did: every action, its decision with reasons, and its outcome')
    .argument('<run>', 'the id of a run, the beginning of one, or `last`')
    .addOption(
      new Option('--output <form>', 'as text, as a graph in the terminal, or as JSON spans')
        .choices(['text', 'graph', 'json'])
        .default('text'),
    )
    .action(async (run: string, options: TraceOptions) =>
      done(await (await import('./commands/trace.ts')).trace(told(), run, options)),
    )
  trace
    .command('list')
    .description('the runs in the ledger, the newest first')
    .action(async () => done(await (await import('./commands/trace-list.ts')).traceList(told())))
  trace
    .command('verify')
    .description('recompute the chains of the ledger and decide every decision again')
    .argument('[run]', 'only this run')
    .action(async (run: string | undefined) =>
      done(await (await import('./commands/trace-verify.ts')).traceVerify(told(), run)),
    )
  ecp
    .command('graph')
    .description('the same as trace --output graph')
    .argument('<run>', 'the id of a run, the beginning of one, or `last`')
    .action(async (run: string) =>
      done(await (await import('./commands/trace.ts')).trace(told(), run, { output: 'graph' })),
    )

  const lock = ecp
    .command('lock')
    .description('connect to the allowed servers and pin the definitions of their tools')
    .option('--check', 'write nothing; fail if the tools are not as they are locked')
    .action(async (options: LockOptions) => done(await (await import('./commands/lock.ts')).lock(told(), options)))
  lock
    .command('diff')
    .description('what has changed in the tools since they were locked')
    .action(async () => done(await (await import('./commands/lock-diff.ts')).lockDiff(told())))

  ecp
    .command('trust')
    .description('let the project configuration of this folder start its servers')
    .option('-y, --yes', 'do not ask')
    .action(async (options: TrustOptions) => done(await (await import('./commands/trust.ts')).trust(told(), options)))

  ecp
    .command('login')
    .description('sign in at a remote server: prints an address to open in a browser, and keeps the tokens')
    .argument('<server>', 'the name of a wired server')
    .option('--port <number>', 'the port of this machine that the browser is sent back to')
    .option('--timeout <seconds>', 'how long to wait for the browser', '300')
    .action(async (server: string, options: LoginOptions) =>
      done(await (await import('./commands/login.ts')).login(told(), server, options)),
    )
  ecp
    .command('logout')
    .description('forget the tokens for a remote server')
    .argument('<server>', 'the name of a server')
    .action(async (server: string) => done(await (await import('./commands/login.ts')).logout(told(), server)))

  const clients = ecp.command('clients').description('who may connect to ecp serve, and as what')
  inputFlags(clients.command('add'))
    .description('let a client connect: prints its token, once')
    .argument('<name>', 'its name: each has runs and budgets of its own')
    .requiredOption('--context <file>', 'the Context')
    .requiredOption('--executor <name>', 'the executor of the Context whose policies apply')
    .addOption(namesOption())
    .option('--expires <duration>', 'how long the token is good, such as 30d; missing: until it is revoked')
    .action(async (name: string, options: ClientsAddOptions) =>
      done(await (await import('./commands/clients-add.ts')).clientsAdd(told(), name, options)),
    )
  clients
    .command('list')
    .description('who may connect: by tokens that were added, by the configuration, by JWTs of its issuers')
    .action(async () => done(await (await import('./commands/clients-list.ts')).clientsList(told())))
  clients
    .command('revoke')
    .description('end the token of a client, at once and everywhere')
    .argument('<name>', 'the name of the client')
    .action(async (name: string) =>
      done(await (await import('./commands/clients-revoke.ts')).clientsRevoke(told(), name)),
    )

  ecp
    .command('freeze')
    .description('the stop switch: from the next decision on everything is denied, in every process on this ledger')
    .option('--note <text>', 'why; it is recorded')
    .action(async (options: FreezeOptions) =>
      done(await (await import('./commands/freeze.ts')).freeze(told(), options)),
    )
  ecp
    .command('unfreeze')
    .description('release the stop switch')
    .option('--note <text>', 'why; it is recorded')
    .action(async (options: FreezeOptions) =>
      done(await (await import('./commands/freeze.ts')).unfreeze(told(), options)),
    )

  runCommands(ecp, told, done)
  peopleCommands(ecp, told, done)
  grantCommands(ecp, told, done)

  const config = ecp.command('config').description('the host configuration')
  config
    .command('init')
    .description('write an ecp.config.yaml that denies everything, with what can be filled in')
    .action(async () => done(await (await import('./commands/config-init.ts')).configInit(told())))
  config
    .command('get')
    .description('print the project layer, or with --effective what all layers come to')
    .argument('[path]', 'a dotted path into it, such as security.tools.allowServers')
    .option('--effective', 'all layers, with the layer of every line')
    .action(async (path: string | undefined, options: { readonly effective?: boolean }) =>
      done(await (await import('./commands/config-get.ts')).configGet(told(), path, options)),
    )
  config
    .command('path')
    .description('the files of the layers, and which of them exist')
    .action(async () => done(await (await import('./commands/config-path.ts')).configPath(told())))
  return ecp
}
