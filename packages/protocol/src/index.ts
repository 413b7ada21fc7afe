export { type Action, type ActionKind, actionKinds, maxArgumentBytes, type Origin, origins } from './action.ts'
export { type AnswerField, type AnswerForm, answerForm } from './answer-form.ts'
export {
  type ApprovalAnswered,
  type ApprovalKind,
  type ApprovalRequested,
  type ApprovalState,
  type ApprovalSubject,
  approvalKinds,
  approvalStates,
  type PasskeyProof,
  type Proof,
  type SignedAnswer,
  type Verdict,
  verdicts,
} from './approval.ts'
export type { Catalogue, PinnedTool, ToolDefinition } from './catalogue.ts'
export { adviseCondition } from './condition/advise.ts'
export {
  type Compiled,
  type Condition,
  compileCondition,
  type Evaluation,
  maxConditionLength,
} from './condition/condition.ts'
export type { Facts } from './condition/facts.ts'
export { compileGrantCondition, grantProblem } from './condition/grant.ts'
export { LinearPattern } from './condition/linear.ts'
export { type UsageReference, usageName } from './condition/usage.ts'
export { conditionWords } from './condition/words.ts'
export { milliseconds } from './context/base.ts'
export {
  type Context,
  type PluginEntry,
  type PluginKind,
  type PluginSecurity,
  type SourceType,
  specVersions,
} from './context/context.ts'
export {
  type Executor,
  type Input,
  type Mount,
  type Orchestrator,
  type Strategy,
  strategies,
} from './context/executor.ts'
export { type ExecutorNode, entryPoint, executorsOf } from './context/executors.ts'
export { type Expression, expressionsIn, type FoundExpression } from './context/expression.ts'
export { parseContext } from './context/parse.ts'
export type { Budgets, Policies, ToolRule, WriteMode } from './context/policies.ts'
export {
  type Acts,
  type ApprovalTerms,
  type Code,
  codes,
  type Decision,
  type Effect,
  type Layer,
  layers,
  type PersonAnswer,
  type Reason,
} from './decision.ts'
export { type Diagnostic, type DiagnosticCode, diagnostic, diagnosticCodes, type Fault } from './document/diagnostic.ts'
export type { Document, Path } from './document/document.ts'
export { type FormatOptions, formatDiagnostic } from './document/format.ts'
export { nearest } from './document/nearest.ts'
export type { Parsed } from './document/parse.ts'
export { print } from './document/print.ts'
export { quote } from './document/quote.ts'
export { ProtocolError, type ProtocolErrorCode } from './error.ts'
export {
  type GrantAnswer,
  type GrantGiven,
  type GrantOffered,
  type GrantState,
  type GrantTerms,
  grantStates,
  maxGrantUses,
  type SignedGrant,
} from './grant.ts'
export { grantSentence } from './grant-sentence.ts'
export { nameLoadsCode } from './host/check/environment.ts'
export type { HostConfig } from './host/config.ts'
export { parseHostConfig } from './host/parse.ts'
export type { Passkey, Security } from './host/security.ts'
export {
  type ClaimEntry,
  type GatewayClient,
  type IssuerWiring,
  isClientName,
  nameStyles,
  type OAuthWiring,
  type PluginInstall,
  type SecretBinding,
  type SecretProviderName,
  type SecretReference,
  type ServerWiring,
  type StartingTrigger,
  startingTriggers,
  type Transport,
  type TriggeredRunWiring,
  type WebhookWiring,
} from './host/wiring.ts'
export { canonical, isJsonObject, type Json, type JsonObject } from './json.ts'
export { patternProblem } from './json-schema/pattern.ts'
export { maxSchemaDepth, maxSubschemas, type SchemaProblem, schemaProblems } from './json-schema/problems.ts'
export { standalone } from './json-schema/standalone.ts'
export type { Lock, LockedTool } from './lock/lock.ts'
export { parseLock } from './lock/parse.ts'
export {
  allMemoryTools,
  type MemoryScope,
  type MemoryTool,
  memoryTarget,
  memoryToolName,
  memoryToolOf,
  memoryTools,
  readMemoryTarget,
} from './memory.ts'
export type {
  AnswerWorth,
  DifferenceLine,
  OpenCounts,
  OperatorAnonymousClient,
  OperatorAnswered,
  OperatorAnswerOptions,
  OperatorAnswerOptionsRequest,
  OperatorAnswerRequest,
  OperatorApplied,
  OperatorApproval,
  OperatorApprovalSummary,
  OperatorApprovals,
  OperatorApprover,
  OperatorAsked,
  OperatorBoundary,
  OperatorChain,
  OperatorChange,
  OperatorClient,
  OperatorClients,
  OperatorEvents,
  OperatorFault,
  OperatorFreeze,
  OperatorPermissions,
  OperatorProblem,
  OperatorQuestion,
  OperatorRun,
  OperatorRuns,
  OperatorSession,
  OperatorSignIn,
  OperatorState,
  OperatorTokenClient,
  OperatorWiredClient,
  PasskeyRegistration,
  PasskeyRegistrationOptions,
  PasskeyRegistrationStart,
} from './operator.ts'
export type {
  GrantInWords,
  OperatorGiver,
  OperatorGrant,
  OperatorGrantGiven,
  OperatorGrantOptions,
  OperatorGrantOptionsRequest,
  OperatorGrantRequest,
  OperatorGrantSignature,
  OperatorGrants,
} from './operator-grant.ts'
export { type Outcome, type OutcomeStatus, outcomeStatuses } from './outcome.ts'
export { glob, indexPatterns, maxPatternLength, type PatternIndex, parsePattern, type ToolPattern } from './pattern.ts'
export type { Outlook, Permission } from './permission.ts'
export { publishedSchemas } from './published.ts'
export { maxAnswerBytes, type Question, questionIn } from './question.ts'
export { place, type SourceRange } from './range.ts'
export {
  type ActionSettled,
  type CounterQuery,
  type Counters,
  type Draw,
  type Enforcement,
  type LedgerRecord,
  ledgerChain,
  type Pause,
  pauses,
  type RecordBodies,
  type RecordKind,
  type RunStarted,
  type StartedBy,
  settlements,
} from './record.ts'
export { parseRecording } from './recording/parse.ts'
export { type RecordedAsked, type RecordedTurn, type Recording, recordingVersions } from './recording/recording.ts'
export type { Span, SpanApproval, Trace } from './trace.ts'
export { visibleCharacters } from './visible-characters.ts'
export { type WebhookData, type WebhookEvent, type WebhookMessage, webhookEvents } from './webhook.ts'
