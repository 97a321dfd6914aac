// The gate for what the compiler and the linter do not measure. `tsx scripts/check-style.ts [FOLDER…]` checks the files
// of these folders, by default those of the whole project, prints one line a finding and exits with 1 if there is any.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const functionLinesMax = 70;
const fileLinesMax = 500;
const root = fileURLToPath(new URL("..", import.meta.url));

interface Finding {
  readonly line: number;
  readonly text: string;
}

function* typescriptFiles(path: string): Generator<string> {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory() && entry.name !== "gates" && entry.name !== "node_modules") yield* typescriptFiles(inner);
    else if (entry.isFile() && /\.tsx?$/.test(entry.name)) yield inner;
  }
}

const lineOf = (source: ts.SourceFile, position: number): number =>
  source.getLineAndCharacterOfPosition(position).line + 1;

const linesOf = (source: ts.SourceFile, node: ts.Node): number =>
  lineOf(source, node.end) - lineOf(source, node.getStart(source)) + 1;

const isFunction = (node: ts.Node): node is ts.FunctionLikeDeclaration => ts.isFunctionLike(node) && "body" in node;

/** A function that is a member of an object literal: the handler tables of a module are long, their handlers are not. */
const isMember = (node: ts.Node): boolean =>
  ts.isObjectLiteralExpression(node.parent) ||
  (ts.isPropertyAssignment(node.parent) && ts.isObjectLiteralExpression(node.parent.parent));

/** Lines of a function, each member function of a table in it counted as the one line that names it. */
function ownLines(source: ts.SourceFile, node: ts.Node): number {
  let lines = linesOf(source, node);
  const subtract = (inner: ts.Node): void => {
    if (isFunction(inner) && isMember(inner)) lines -= linesOf(source, inner) - 1;
    else ts.forEachChild(inner, subtract);
  };
  ts.forEachChild(node, subtract);
  return lines;
}

function* longFunctions(source: ts.SourceFile, node: ts.Node): Generator<Finding> {
  if (isFunction(node)) {
    const lines = ownLines(source, node);
    const line = lineOf(source, node.getStart(source));
    if (lines > functionLinesMax) {
      yield { line, text: `a function of ${lines} lines, at most ${functionLinesMax}: give a part of it a name` };
    }
  }
  const inner: ts.Node[] = [];
  ts.forEachChild(node, (child) => void inner.push(child));
  for (const child of inner) yield* longFunctions(source, child);
}

function* longFile(source: ts.SourceFile): Generator<Finding> {
  const lines = source.getLineStarts().length - 1;
  if (lines > fileLinesMax) {
    yield { line: 1, text: `a file of ${lines} lines, at most ${fileLinesMax}: one concept a file` };
  }
}

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(", ");
  }
  const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
  return name?.getText() ?? "";
}

/** A docstring holds for the constants that follow it without a blank line: a table of codes is explained once. */
const sharesDocstring = (source: ts.SourceFile, previous: ts.Statement, statement: ts.Statement): boolean =>
  ts.isVariableStatement(previous) &&
  ts.isVariableStatement(statement) &&
  lineOf(source, statement.getStart(source)) === lineOf(source, previous.end) + 1;

function* undocumentedExports(source: ts.SourceFile): Generator<Finding> {
  const documented = new Set<string>(); // overloads and the type and value of one name share one docstring
  let previous: ts.Statement | undefined; // the last statement with a docstring, of its own or shared
  for (const statement of source.statements) {
    const name = nameOf(statement);
    const shares = previous !== undefined && sharesDocstring(source, previous, statement);
    if (shares || ts.getJSDocCommentsAndTags(statement).length > 0) {
      documented.add(name);
      previous = statement;
    } else if (isExported(statement) && !ts.isExportDeclaration(statement) && !documented.has(name)) {
      yield { line: lineOf(source, statement.getStart(source)), text: `the export ${name} has no docstring` };
    }
  }
}

const testFunctions = /^(it|test|describe|suite|bench|context|ctx|t)$/;
const waivers = /^(skip|only|todo|skipIf|runIf|fails|retry)$/;

/** The identifier at the start of `it.concurrent.skip` or `describe.each(rows)`. */
function rootName(node: ts.Expression): string {
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return rootName(node.expression);
  return ts.isIdentifier(node) ? node.text : "";
}

const waivedBy = (node: ts.Node): string | undefined => {
  if (ts.isPropertyAccessExpression(node) && waivers.test(node.name.text) && testFunctions.test(rootName(node))) {
    return `.${node.name.text}`;
  }
  if (ts.isCallExpression(node) && /^(xit|xtest|xdescribe|fit|fdescribe)$/.test(rootName(node))) {
    return rootName(node);
  }
  if (!ts.isPropertyAssignment(node) || !waivers.test(node.name.getText())) return undefined;
  const call = node.parent.parent;
  const inOptions = ts.isCallExpression(call) && testFunctions.test(rootName(call.expression));
  return inOptions ? node.name.getText() : undefined;
};

function* waivedTests(source: ts.SourceFile, node: ts.Node): Generator<Finding> {
  const waiver = waivedBy(node);
  if (waiver !== undefined) {
    yield { line: lineOf(source, node.getStart(source)), text: `${waiver} in a test: a test runs, once, and counts` };
  }
  const inner: ts.Node[] = [];
  ts.forEachChild(node, (child) => void inner.push(child));
  for (const child of inner) yield* waivedTests(source, child);
}

function* silencedGates(source: ts.SourceFile): Generator<Finding> {
  for (const [index, line] of source.text.split("\n").entries()) {
    const silenced =
      /(?:\/\/|\/\*)\s*(@ts-(?:ignore|nocheck)|biome-ignore\S*\s+(?:lint\/plugin|lint\/style\/noRestricted)\S*)/.exec(
        line,
      );
    if (silenced !== null) yield { line: index + 1, text: `${silenced[1]} silences a gate that has no exceptions` };
  }
}

function check(path: string): readonly Finding[] {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2023, true);
  const isTest = /\.test(-d)?\.tsx?$/.test(path);
  const isShipped = !isTest && /(^|\/)(src|studio)\//.test(relative(root, path).replaceAll("\\", "/"));
  return [
    ...(isShipped ? [...longFile(source), ...longFunctions(source, source), ...undocumentedExports(source)] : []),
    ...(isTest ? waivedTests(source, source) : []),
    ...silencedGates(source),
  ];
}

const folders = process.argv.length > 2 ? process.argv.slice(2) : ["src", "studio", "test", "bench", "scripts"];
const paths = folders.flatMap((folder) => [...typescriptFiles(join(root, folder))]).sort();
const findings = paths.flatMap((path) =>
  check(path).map(({ line, text }) => `${relative(root, path)}:${line} ${text}`),
);
// A wrong path must not pass: a gate that looked at nothing found nothing.
if (paths.length === 0) findings.push(`no TypeScript file in ${folders.join(", ")}`);
for (const finding of findings) console.error(finding);
console.log(`style: ${paths.length} files, ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
