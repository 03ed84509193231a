import ts from 'typescript';

/** One operator or constant that can be another. */
export interface Mutant {
  readonly id: number;
  readonly rule: string;
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

/** What became of it: `found` or `survived` at the beginning, or `not reached`. */
export interface Verdict {
  readonly mutant: Mutant;
  readonly verdict: string;
}

/** What becomes of an operator or a constant. */
const SWAPS = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '/'],
  [ts.SyntaxKind.TrueKeyword, 'false'],
  [ts.SyntaxKind.FalseKeyword, 'true'],
]);

/** Where a source asks which mutant is to be in force. */
const CHOSEN = '(globalThis as { mutant?: (id: number) => boolean }).mutant?.';

/**
 * The source with all of its mutants in it, switched by number while it runs: each is tried without another copy, or
 * another start.
 */
export function instrumented(
  rule: string,
  source: string,
  firstId: number,
): { readonly text: string; readonly mutants: readonly Mutant[] } {
  const file = ts.createSourceFile('rule.ts', source, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const chosen = (node: ts.Node, to: string): string => {
    const id = firstId + mutants.length;
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    mutants.push({ id, rule, line, from: node.getText(file), to });
    return `${CHOSEN}(${String(id)})`;
  };
  const render = (node: ts.Node): string => {
    if (isOnlyType(node)) return source.slice(node.getFullStart(), node.end);
    const space = source.slice(node.getFullStart(), node.getStart(file));
    const to = SWAPS.get(ts.isBinaryExpression(node) ? node.operatorToken.kind : node.kind);
    if (to !== undefined && ts.isBinaryExpression(node)) {
      const switched = chosen(node.operatorToken, to);
      const [left, right] = [render(node.left), render(node.right)];
      const operator = node.operatorToken.getText(file);
      return `${space}(${switched} ? (${left}) ${to} (${right}) : (${left}) ${operator} (${right}))`;
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
      const [switched, operand] = [chosen(node, '+'), render(node.operand)];
      return `${space}(${switched} ? +(${operand}) : -(${operand}))`;
    }
    if (to !== undefined && isConstant(node))
      return `${space}(${chosen(node, to)} ? ${to} : ${node.getText(file)})`;
    let text = '';
    let at = node.getFullStart();
    ts.forEachChild(node, (child) => {
      text += source.slice(at, child.getFullStart()) + render(child);
      at = child.end;
    });
    return text + source.slice(at, node.end);
  };
  return { text: render(file), mutants };
}

function isConstant({ kind }: ts.Node): boolean {
  return kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword;
}

function isOnlyType(node: ts.Node): boolean {
  if (ts.isExpressionWithTypeArguments(node)) return false;
  return (
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node)
  );
}
