import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = join(root, "node_modules/@typescript/native/bin/tsc");

interface Block {
  readonly language: string;
  /** The file that a `ts` block is saved as. */
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** A `text` block that shows what the commands in the block before it print. */
  readonly isOutput: boolean;
}

function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^( *)```(.*)\n([\s\S]*?)^\1```$/gm)].map((match, index) => {
    const [, indent = "", info = "", indented = ""] = match;
    // Those of a list stand further right.
    const text = indented.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    const [language = "", ...rest] = info.trim().split(" ");
    const named = /^name=([\w.-]+\.ts)$/.exec(rest.join(" "))?.[1];
    const line = markdown.slice(0, match.index).split("\n").length;
    return { language, file: named ?? `block${index + 1}.ts`, line, text, isOutput: rest[0] === "output" };
  });
}

function run(args: readonly string[], cwd: string): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", timeout: 60_000 });
  return { status, output: stdout + stderr };
}

/** One folder for the blocks of one page, inside the package, where `quorate/…` means this very clone. */
function folderFor(page: string): string {
  const folder = join(root, ".cache", "docs", basename(page, ".md"));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options = {
    composite: false,
    incremental: false,
    isolatedDeclarations: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    noUnusedLocals: false,
    noEmit: true,
    types: ["node"],
  };
  const config = { extends: join(root, "tsconfig.base.json"), compilerOptions: options, include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  return folder;
}

function checkCode(folder: string, block: Block): string | undefined {
  const { status, output } = run(["--import", "tsx", block.file], folder);
  return status === 0 ? undefined : `ended with ${status}: ${output}`;
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** What the commands of the last `sh` block printed, for the `text output` block that follows it. */
let printed = "";

/** They run until Ctrl-C, or ask what does: `test/service/readme.test.ts` runs those of the README. */
const clusterCommands: ReadonlySet<string> = new Set(["up", "serve", "kv", "status", "member", "log", "certs"]);

/** That the command and its options exist. */
function checkClusterCommand(folder: string, command: string, args: readonly string[]): string | undefined {
  const { status, output } = run([join(root, "dist/cli/main.js"), ...args, "--help"], folder);
  if (status !== 0) return `\`${command}\` is no command: ${output}`;
  const unknown = args.find((word) => word.startsWith("--") && !output.includes(word));
  return unknown === undefined ? undefined : `\`${command}\`: there is no option ${unknown}`;
}

/** Runs the project's own command; of npm it checks that the script exists, since running the suite would not end. */
function checkCommand(folder: string, line: string): string | undefined {
  const [command = "", comment = ""] = line.split(" # ");
  const [tool, ...args] = command.trim().split(/\s+/);
  if (tool === "npx" && args[0] === "quorate") {
    if (clusterCommands.has(args[1] ?? "")) return checkClusterCommand(folder, command, args.slice(1));
    const expected = Number(/^exit (\d+)/.exec(comment)?.[1] ?? 0);
    const { status, output } = run([join(root, "dist/cli/main.js"), ...args.slice(1)], folder);
    printed += output;
    return status === expected ? undefined : `\`${command}\` ended with ${status} instead of ${expected}: ${output}`;
  }
  const script = tool === "npm" && args[0] === "run" ? args[1] : args[0];
  if (tool === "npm" && script !== undefined && (script in manifest.scripts || script === "install")) return undefined;
  if (tool === "git" || tool === "cd" || tool === ".ci/run") return undefined;
  return `\`${command}\` is no command that this test knows`;
}

const plainLines = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/^\n+|\n+$/g, "");

/** Shown output must stand in the real one; a "…" is where something was left out. */
function checkOutput(text: string): string | undefined {
  const parts = plainLines(text).split("…");
  const pattern = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("[\\s\\S]*?");
  return new RegExp(`(?:^|\n)${pattern}(?:\n|$)`).test(plainLines(printed))
    ? undefined
    : `is not what the commands before it print: ${printed}`;
}

function checkJson(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `is no JSON: ${String(error)}`;
  }
}

function checkBlock(folder: string, block: Block): readonly string[] {
  switch (block.language) {
    case "ts":
      return [checkCode(folder, block) ?? []].flat();
    case "sh":
      printed = "";
      return block.text
        .split("\n")
        .filter((line) => line.trim() !== "" && !line.startsWith("#"))
        .flatMap((line) => checkCommand(folder, line) ?? []);
    case "json":
      return [checkJson(block.text) ?? []].flat();
    case "text":
      return block.isOutput ? [checkOutput(block.text) ?? []].flat() : [];
    case "mermaid":
      return [];
    default:
      return [`has the language "${block.language}": use ts, sh, json, mermaid or text`];
  }
}

/** Links to files of the repository that are not there. */
const brokenLinks = (page: string, markdown: string): readonly string[] =>
  [...markdown.matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g)].flatMap(([, target = ""]) =>
    /^[a-z]+:/.test(target) || existsSync(join(root, dirname(page), target)) ? [] : [`${page} links to ${target}`],
  );

/** Compiles and runs every code block of a page and follows its links; one line for each that is wrong, empty when all are right. */
export function checkPage(page: string): readonly string[] {
  const markdown = readFileSync(join(root, page), "utf8");
  const blocks = blocksOf(markdown);
  const folder = folderFor(page);
  const code = blocks.filter(({ language }) => language === "ts");
  for (const { file, text } of code) writeFileSync(join(folder, file), text);
  const compiled = code.length === 0 ? { status: 0, output: "" } : run([tsc, "-p", "."], folder);
  const findings = [
    ...blocks.flatMap((block) => checkBlock(folder, block).map((finding) => `${page}:${block.line} ${finding}`)),
    ...brokenLinks(page, markdown),
  ];
  return compiled.status === 0 ? findings : [`${page} does not compile: ${compiled.output}`, ...findings];
}
