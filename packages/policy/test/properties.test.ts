import {
  type Action,
  type Catalogue,
  type Counters,
  canonical,
  type Decision,
  type Effect,
  type GrantTerms,
  type PersonAnswer,
} from '@ecp/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  acts,
  counters,
  decide,
  draws,
  explain,
  load,
  type Policy,
  type PolicyData,
  redecide,
  remainingRuntimeMs,
  visibleTools,
} from '../src/index.ts'
import { args, catalogue, dataOf, narrowing, policyOf, rule, targets, type World, world } from './generate.ts'
import { actionOf } from './world.ts'

const request = fc.record({
  target: fc.constantFrom(...targets),
  arguments: args,
  executor: fc.constantFrom('main', 'top'),
})
/** What a counter reads: mostly nothing, sometimes enough for the limits of the made worlds. */
const reading = fc.integer({ min: 0, max: 4 }).map((n) => Math.max(0, n - 2))

/** Every counter at the same reading, whatever rules ask for, so that worlds can be compared. */
function run(policy: Policy, given: Partial<Action>, used: number, answers: readonly PersonAnswer[] = []): Decision {
  return decide(policy, catalogue, valuesOf(policy, actionOf(given), used), actionOf(given), { answers })
}

function valuesOf(policy: Policy, action: Action, used: number): Counters {
  const facts = new Set(['frozen', 'run.cancelled', 'run.unknown', 'run.diverged'])
  return Object.fromEntries(counters(policy, catalogue, action).map(({ name }) => [name, facts.has(name) ? 0 : used]))
}

/** Mostly the usual: so many things must fit for a grant to lift anything. */
const mostly = <T>(usual: T, ...odd: readonly T[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) })
const { at, run: ownRun, principal } = actionOf()

/** Grants of all kinds: most are for what is asked, some for nothing that there is. */
const grant = fc
  .record({
    target: mostly<string | undefined>(undefined, ...targets, '*:*'),
    condition: fc.constantFrom('true', 'true', 'args.n <= 5', 'args.missing == 1', 'inputs.open', 'not CEL at all'),
    uses: mostly(20, 1, 5_000),
    used: mostly(0, 1, 20),
    from: mostly(at, 0),
    until: mostly(8_640_000_000_000_000, 0, at + 1),
    executor: mostly<string | undefined>(undefined, 'main', 'top'),
    principal: mostly(principal, 'nobody'),
    policyDigest: mostly('digest', 'other'),
    run: fc.constantFrom(undefined, ownRun, 'other'),
  })
  .map(({ used, run: only, ...rest }) => (asked: { readonly target: string; readonly executor: string }) => {
    const { target = asked.target, executor = asked.executor, ...more } = rest
    const terms: GrantTerms = { ...more, target, executor, ...(only === undefined ? {} : { run: only }) }
    return { kind: 'grant', id: 'g', terms, used } as const
  })

const freedom: readonly Effect[] = ['deny', 'propose', 'hold', 'allow']
const rank = ({ effect }: Decision) => freedom.indexOf(effect)

const withRule = (of: World, list: 'allow' | 'deny', added: unknown, executor: 'main' | 'top'): World => {
  const policies = of[executor]
  const access = policies.toolAccess ?? { default: 'deny' }
  return { ...of, [executor]: { ...policies, toolAccess: { ...access, [list]: [...(access[list] ?? []), added] } } }
}

/** Where its executor may call the tool, once a person has said so. */
const withHold = (of: World, { target, executor }: { readonly target: string; readonly executor: 'main' | 'top' }) => {
  const allowed = withRule(of, 'allow', target, executor)
  const policies = { ...allowed[executor], writeControls: { requireApprovalFor: [target] } }
  return { ...allowed, [executor]: policies }
}

const random = Math.floor(Date.now() % 2 ** 31)
describe.each([
  ['fixed', 20261122],
  ['random', random],
])('%s seed %i', (_, seed) => {
  const check = (property: fc.IRawProperty<unknown>, numRuns = 500) => fc.assert(property, { seed, numRuns })

  test('the made worlds allow something, so that the rest says something', () => {
    const effects = fc
      .sample(fc.tuple(world, request), { seed, numRuns: 400 })
      .map(([of, given]) => run(policyOf(of), given, 0).effect)
    expect(effects.filter((effect) => effect === 'allow').length).toBeGreaterThan(40)
  })

  test('deny wins: whatever else stands there, an entry that fits denies', () => {
    check(
      fc.property(world, request, reading, (of, given, used) => {
        expect(
          run(policyOf(withRule(of, 'deny', given.target, 'main')), { ...given, executor: 'main' }, used).effect,
        ).toBe('deny')
        expect(run(policyOf(withRule(of, 'deny', given.target, 'top')), given, used).effect).toBe('deny')
      }),
    )
  })

  test('an entry added to allow never takes a permission away', () => {
    check(
      fc.property(world, rule, request, reading, (of, added, given, used) => {
        const before = run(policyOf(of), given, used)
        const after = run(policyOf(withRule(of, 'allow', added, given.executor)), given, used)
        expect(rank(after)).toBeGreaterThanOrEqual(rank(before))
      }),
    )
  })

  test('an entry added to deny never gives one', () => {
    check(
      fc.property(world, rule, request, fc.constantFrom('main', 'top'), reading, (of, added, given, where, used) => {
        const before = run(policyOf(of), given, used)
        const after = run(policyOf(withRule(of, 'deny', added, where)), given, used)
        expect(rank(after)).toBeLessThanOrEqual(rank(before))
      }),
    )
  })

  test('a host layer that is added never gives one', () => {
    check(
      fc.property(world, narrowing, request, reading, (of, machine, given, used) => {
        expect(rank(run(policyOf(of, machine), given, used))).toBeLessThanOrEqual(rank(run(policyOf(of), given, used)))
      }),
    )
  })

  test('a name taken from a list of the host never gives one', () => {
    check(
      fc.property(world, request, fc.nat(), reading, (of, given, at, used) => {
        const without = <T>(list: readonly T[] | undefined) =>
          list?.filter((_, index) => index !== at % Math.max(list.length, 1))
        const { tools, plugins } = of.user
        const allowServers = without(tools?.allowServers) ?? []
        const user = {
          ...of.user,
          tools: { ...tools, allowServers },
          ...(plugins && { plugins: { ...plugins, allowKinds: without(plugins.allowKinds) ?? [] } }),
        }
        expect(rank(run(policyOf({ ...of, user }), given, used))).toBeLessThanOrEqual(
          rank(run(policyOf(of), given, used)),
        )
      }),
    )
  })

  test('a grant lifts a hold and nothing else: never a deny, never a proposal, and it takes nothing away', () => {
    let lifted = 0
    check(
      fc.property(world, request, grant, reading, fc.boolean(), (some, given, made, used, isHeld) => {
        const of = isHeld ? withHold(some, given) : some
        const policy = policyOf(of)
        const granted = made(given)
        const [before, after] = [run(policy, given, used), run(policy, given, used, [granted])]
        if (before.effect !== 'hold') expect(after.effect).toBe(before.effect)
        else expect(['hold', 'allow']).toContain(after.effect)
        const without = ({ reasons }: Decision) =>
          reasons.filter(({ code }) => code !== 'write.needs-approval' && code !== 'write.granted')
        expect(without(after)).toEqual(without(before))
        if (before.effect === 'hold' && after.effect === 'allow') lifted++
        const denied = policyOf(withRule(of, 'deny', given.target, 'top'))
        expect(run(denied, given, used, [granted]).effect).toBe('deny')
        expect(run(policy, given, used, [granted, { kind: 'refusal', id: 'r' }]).effect).toBe('deny')
      }),
      2_000,
    )
    expect(lifted, 'some of the made grants lift a hold').toBeGreaterThan(0)
  })

  test('a decision that stands on a grant can be taken again from its record', () => {
    check(
      fc.property(world, request, grant, reading, (of, given, made, used) => {
        const data = dataOf(of)
        const policy = load(data, 'digest')
        const action = actionOf(given)
        const answers = [made(given)]
        const recorded = {
          action,
          counters: valuesOf(policy, action, used),
          enforcement: 'performed',
          answers,
        } as const
        // reason: what was recorded is JSON, and comes back as it was
        const read = JSON.parse(canonical({ ...recorded })) as typeof recorded
        expect(canonical(redecide(canonical(data), canonical(catalogue), 'digest', read))).toBe(
          canonical(run(policy, given, used, answers)),
        )
      }),
      150,
    )
  })

  test('the same inputs give the same bytes: twice, after JSON, with a memo and without', () => {
    check(
      fc.property(world, fc.array(request, { minLength: 1, maxLength: 5 }), reading, (of, given, used) => {
        const data = dataOf(of)
        const text = canonical(data)
        const policy = load(data, 'digest')
        for (const one of given) {
          const first = run(policy, one, used)
          const action = actionOf(one)
          const values = Object.fromEntries(
            counters(policy, catalogue, action).map(({ name }) => [
              name,
              name.startsWith('run.') || name === 'frozen' ? 0 : used,
            ]),
          )
          expect(canonical(run(policy, one, used))).toBe(canonical(first))
          // reason: what was PolicyData before JSON is PolicyData after it
          expect(canonical(run(load(JSON.parse(text) as PolicyData, 'digest'), one, used))).toBe(canonical(first))
          expect(
            canonical(
              redecide(text, canonical(catalogue), 'digest', { action, counters: values, enforcement: 'performed' }),
            ),
          ).toBe(canonical(first))
        }
        expect(canonical(dataOf(of))).toBe(text)
      }),
      150,
    )
  })

  test('what explain says of a tool is what decide does with it', () => {
    check(
      fc.property(world, request, (of, given) => {
        const policy = policyOf(of)
        const decision = run(policy, given, 0)
        const said = explain(policy, catalogue).find(
          ({ executor, target }) => executor === given.executor && target === given.target,
        )
        const shown = visibleTools(policy, catalogue, given.executor).includes(given.target)
        expect(shown).toBe(said !== undefined && said.outlook !== 'denied')
        if (decision.effect !== 'deny') expect(shown).toBe(true)
        if (said) expect(decision.acts).toBe(said.acts)
        if (said?.outlook === 'held') expect(['hold', 'deny']).toContain(decision.effect)
        if (said?.outlook === 'proposed') expect(['propose', 'deny']).toContain(decision.effect)
      }),
      150,
    )
  })

  test('anything at all gives a decision, and what is no action gives a deny', () => {
    const garbage = fc.oneof(fc.anything({ withBigInt: false }), fc.jsonValue())
    const almost = fc
      .tuple(fc.constantFrom(...Object.keys(actionOf())), fc.anything())
      .map(([key, value]) => ({ ...actionOf(), [key]: value }))
    const policies = fc.sample(world, { seed, numRuns: 5 }).map((of) => policyOf(of))
    check(
      fc.property(
        fc.constantFrom(...policies),
        garbage,
        garbage,
        fc.oneof(garbage, almost),
        (policy, given, pins, wanted) => {
          // reason: the types forbid what is tried here
          const [values, known, action] = [given as Counters, pins as Catalogue, wanted as Action]
          const decision = decide(policy, known, values, action)
          expect(decision.effect).toBe('deny')
          expect(decision.reasons.length).toBeGreaterThan(0)
          counters(policy, known, action)
          draws(policy, known, action, decision)
          acts(policy, known, action)
          remainingRuntimeMs(policy, known, values, action)
        },
      ),
      2_000,
    )
  })
})
