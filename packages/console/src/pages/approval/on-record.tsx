import type { OperatorApproval } from '@ecp/protocol'
import { Link } from 'wouter'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Inert } from '../../text/inert.tsx'

/** Where it stands in the ledger, and what exactly an answer is for. */
export function OnRecord({ approval }: { readonly approval: OperatorApproval }) {
  const { run, action, usedBy, digest, policyDigest } = approval
  return (
    <section className="approval-record" aria-labelledby="record">
      <h2 id="record">On record</h2>
      <Facts>
        <Fact name="Run">
          <Link href={`/runs/${encodeURIComponent(run)}`}>
            <Id text={run} />
          </Link>
        </Fact>
        <Fact name="Approval">
          <Id text={approval.approval} />
        </Fact>
        <Fact name="Action">
          <Id text={action} />
        </Fact>
        {usedBy !== undefined && (
          <Fact name="Used by">
            <Id text={usedBy} />
          </Fact>
        )}
        <Fact name="Arguments">
          <Id text={digest} />
        </Fact>
        <Fact name="Policy">
          <Id text={policyDigest} />
        </Fact>
      </Facts>
    </section>
  )
}

function Id({ text }: { readonly text: string }) {
  return (
    <span className="mono">
      <Inert text={text} />
    </span>
  )
}
