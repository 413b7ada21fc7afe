import type { OperatorApproval } from '@ecp/protocol'
import { Inert } from '../../text/inert.tsx'
import { MissingRecord } from './missing-record.tsx'

/** Why a person is asked: every reason of the decision, with the rule that it comes from. */
export function Reasons({ approval: { kind, asked } }: { readonly approval: OperatorApproval }) {
  return (
    <section aria-labelledby="reasons">
      <h2 id="reasons">Why it is {kind === 'hold' ? 'held' : 'only proposed'}</h2>
      {asked ? (
        <ul className="reasons">
          {asked.reasons.map(({ code, layer, message, rule }) => (
            <li key={`${code} ${layer} ${message}`}>
              <p>
                <Inert text={message} />
              </p>
              <p className="quiet small">
                <code>{code}</code> · {layer}
                {rule && (
                  <>
                    {' · '}
                    <span className="mono">
                      <Inert text={`${rule.file}:${rule.line}:${rule.column}`} />
                    </span>
                  </>
                )}
              </p>
            </li>
          ))}
        </ul>
      ) : (
        <MissingRecord />
      )}
    </section>
  )
}
