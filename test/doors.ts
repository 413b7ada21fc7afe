import ts from 'typescript'

/** A way out of the process, or to a secret, that a source uses. */
export interface Door {
  readonly line: number
  /** Such as `fetch`, `process.env`, `import(...)`. */
  readonly door: string
}

const globals = new Set(['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'eval', 'Function', 'require'])
const ofProcess = new Set(['env', 'binding', '_linkedBinding', 'dlopen', 'getBuiltinModule', 'loadEnvFile'])

/**
 * The doors in a source that no import rule can see: globals that reach the network or run text, `process.env` and what
 * loads code by name, dynamic imports of anything but a literal, and `createRequire`.
 */
export function doorsIn(file: string, source: string): readonly Door[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true)
  const found: Door[] = []
  const add = (node: ts.Node, door: string) =>
    found.push({ line: tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1, door })
  const visit = (node: ts.Node): void => {
    const door = doorOf(node)
    if (door) add(node, door)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function doorOf(node: ts.Node): string | undefined {
  if (ts.isTypeNode(node)) return undefined
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments
    return specifier && ts.isStringLiteral(specifier) ? undefined : 'import(...)'
  }
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const { text } = node.moduleSpecifier
    return text === 'node:process' || text === 'process' ? 'node:process' : undefined
  }
  const member = memberOf(node)
  if (member && ['process', 'globalThis', 'global'].includes(member.object)) {
    if (member.object === 'process' && ofProcess.has(member.name)) return `process.${member.name}`
    if (member.object !== 'process' && (globals.has(member.name) || member.name === 'process')) return member.name
  }
  if (!ts.isIdentifier(node)) return undefined
  if (node.text === 'createRequire') return 'createRequire'
  if (globals.has(node.text) && isUse(node)) return node.text
  // `const { env } = process`, `f(process)`: handed on as a whole, it can be asked for anything.
  return node.text === 'process' && isUse(node) && !memberOf(node.parent) ? 'process' : undefined
}

/** `object.name` or `object['name']` of an identifier; a computed name counts as every name. */
function memberOf(node: ts.Node): { readonly object: string; readonly name: string } | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    return { object: node.expression.text, name: node.name.text }
  }
  if (ts.isElementAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const { argumentExpression: name } = node
    return { object: node.expression.text, name: ts.isStringLiteral(name) ? name.text : 'env' }
  }
  return undefined
}

/** Whether the identifier is read as a value here, and is not the name of a member, a property or a declaration. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent) || ts.isBindingElement(parent)) return parent.initializer === node
  if (ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent) || ts.isTypeQueryNode(parent)) return false
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return true
  return !('name' in parent && parent.name === node)
}
