export {
  applyProposal,
  isProposedUnder,
  type RecordedProposal,
  recordedProposal,
  refuseChanged,
} from './approvals/apply-proposal.ts'
export { isApproverFileName, newApproverKey } from './approvals/approver-key.ts'
export { type Approver, type Approvers, approversOf } from './approvals/approvers.ts'
export { type FileChange, fileChange } from './approvals/file-change.ts'
export { isApprovedBy, mayAnswer, worthOf } from './approvals/judge.ts'
export { lineDifference } from './approvals/line-difference.ts'
export {
  type PasskeyCreation,
  type PasskeyPlace,
  passkeyCreation,
  passkeyMade,
} from './approvals/passkey-registration.ts'
export { passkeyRequest } from './approvals/passkey-request.ts'
export { answerFault, questionOf } from './approvals/question.ts'
export { answerChallenge, readSigningKey, signAnswer, signedAnswer } from './approvals/signature.ts'
export { isOpen, type Standing, standingJson, standingOf } from './approvals/standing.ts'
export {
  type AnswerDesk,
  newAnswer,
  refuseOver,
  refuseUnfit,
  type Said,
  unsignedWarning,
  writeAnswer,
} from './approvals/write-answer.ts'
export {
  type ConfigFile,
  type ConfigOptions,
  defaultMachineFile,
  projectFiles,
  userFile,
} from './config/config-file.ts'
export { configPath } from './config/config-path.ts'
export type { Coverage, CoveredFile } from './config/covered.ts'
export { effectiveConfig } from './config/effective.ts'
export type { EffectiveLine, EffectiveSource } from './config/effective-line.ts'
export { effectiveJson, effectiveText } from './config/effective-text.ts'
export { type LoadedConfig, loadConfig, refuseInvalid } from './config/load-config.ts'
export { defaultRunQueue } from './config/run-queue.ts'
export { serverFolder } from './config/server-folder.ts'
export { lockFile, refuseUntrusted, type TrustState, trust, trustState, untrust } from './config/trust.ts'
export { type Needed, refuseUnsupported, unsupported } from './config/unsupported.ts'
export { unsupportedInContext } from './config/unsupported-context.ts'
export { HostError, type HostErrorCode, type RpcError } from './error.ts'
export { type Explained, explained } from './explained.ts'
export { locked } from './files/file-lock.ts'
export { absent, type PrivateText, readPrivate, stampNow, stampOf, writePrivate } from './files/private-file.ts'
export type { Gate } from './gate/gate.ts'
export { isAlive, ownerOf } from './gate/owner.ts'
export { redecideRecorded } from './gate/redecide.ts'
export {
  type ActionRequest,
  type Answer,
  type Authorization,
  type Hold,
  type PerformedKind,
  type PerformOptions,
  type Settlement,
  type Step,
  steps,
} from './gate/request.ts'
export { newGrant, newGrantSaid } from './grants/new-grant.ts'
export { grantChallenge, signGrant } from './grants/signature.ts'
export { type GrantStanding, grantStandingJson, grantStandingOf, isGrantOpen } from './grants/standing.ts'
export {
  endGrant,
  grantCovers,
  joinGrant,
  refuseOverGrant,
  type WrittenGrant,
  writeGrant,
} from './grants/write-grant.ts'
export type { Host, Offered, OfferedTool, Prospects } from './host.ts'
export { bindInputs } from './inputs.ts'
export { configuredLedger, type LedgerPlace, ledgerFile } from './ledger-file.ts'
export { type GovernableTool, type GovernOptions, governTools } from './library/govern-tools.ts'
export type { AuthorizingGate } from './library/lease-holder.ts'
export type { Admission, Machine, Resumption } from './machine.ts'
export type { ModelOverride } from './models/chosen-model.ts'
export type { Models } from './models/models.ts'
export { playRecording } from './models/recorded/play.ts'
export { type Recorder, recordModels } from './models/recorded/record.ts'
export {
  estimatedTokens,
  type Finish,
  type ModelReply,
  type ModelTurn,
  type ReplyCall,
  type TurnCall,
  type TurnMessage,
  type TurnResult,
  type TurnTool,
} from './models/turn.ts'
export { askSocket, type SocketAnswer } from './network/ask-socket.ts'
export type { GuardedFetch } from './network/guarded-fetch.ts'
export { isListening } from './network/is-listening.ts'
export { openIssuerFetch } from './network/issuer-fetch.ts'
export { newRunId, sameRunId } from './new-run-id.ts'
export { type LoggedIn, type LogInOptions, logIn, logOut } from './oauth/log-in.ts'
export { type HostOptions, openHost } from './open-host.ts'
export { type MachineOptions, openMachine } from './open-machine.ts'
export { checkLock, diffLock, type LockDifference, lockText, type PartDifference, writeLock } from './pins/lock.ts'
export { openPins, type Pins, type PinsOptions } from './pins/pins.ts'
export { type Survey, type SurveyOptions, surveyTools } from './pins/survey.ts'
export { type ChildEnvironmentOptions, childEnvironment } from './secrets/child-environment.ts'
export { createRedactor } from './secrets/redaction.ts'
export type { Redactor, RedactorStream } from './secrets/redactor.ts'
export { type BoundSecrets, openSecrets, type Secrets, type SecretsOptions } from './secrets/secrets.ts'
export { nestsDeeperThan } from './servers/nesting.ts'
export { type OpenServersOptions, openServers } from './servers/open-servers.ts'
export type {
  CallOptions,
  Listing,
  RawTool,
  ServerEvent,
  ServerFacts,
  ServerRequest,
  Servers,
  Session,
} from './servers/servers.ts'
export {
  defaultServerLimits,
  type ServerLimits,
  type ServerLogEntry,
  type StdioServer,
} from './servers/stdio-server.ts'
export { type Ground, groundsOf, type Told, told, type Unlisted, unlistedTool } from './told/told.ts'
export { verifyApart } from './verify-apart.ts'
export { type DeliveriesOptions, type DeliveryGround, WebhookDeliveries } from './webhooks/deliveries.ts'
export type { WebhookEndpoint } from './webhooks/endpoint.ts'
export { defaultWebhookTiming, type WebhookTiming } from './webhooks/timing.ts'
export {
  headerRefusal as webhookHeaderRefusal,
  type SignedParts,
  type WebhookKey,
  type WebhookRefusal,
} from './webhooks/webhook-key.ts'
