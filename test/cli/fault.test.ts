import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, scratchFolder } from "./command.ts";

// A copy of the package in which one module after the other is broken.
const folder = scratchFolder();
const root = fileURLToPath(new URL("../..", import.meta.url));
const dist = join(folder, "quorate", "dist");

beforeAll(() => {
  mkdirSync(join(folder, "quorate"));
  for (const part of ["dist", "package.json"])
    cpSync(join(root, part), join(folder, "quorate", part), { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(root, "node_modules", "commander"), join(folder, "node_modules", "commander"), "junction");
});
afterAll(() => rmSync(folder, { recursive: true }));

const withBroken = (module: string, text: string, args: readonly string[]): Finished => {
  const path = join(dist, module);
  const whole = readFileSync(path);
  writeFileSync(path, text);
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(dist, "cli", "main.js"), ...args], {
      encoding: "utf8",
      timeout: 50_000,
    });
    return { status, stdout, stderr };
  } finally {
    writeFileSync(path, whole);
  }
};

const run = ["run", "links/perfect", "--runs", "2"];

describe("a fault of ours", () => {
  it.each([
    ["a command that throws", "cli/commands/lab.js", "export const lab = () => null.x;", ["lab"], /reading 'x'/],
    ["a part that cannot be loaded", "cli/program.js", "import './gone.js';", ["lab"], /Cannot find module .*gone\.js/],
    [
      "what is thrown where nobody waits",
      "cli/commands/lab.js",
      "export const lab = () => new Promise(() => setTimeout(() => { throw new Error('late'); }, 1));",
      ["lab"],
      /late/,
    ],
    [
      "a promise that nobody looks at",
      "cli/commands/lab.js",
      "export const lab = async () => { Promise.reject(new Error('lost')); await new Promise((done) => setTimeout(done, 50)); };",
      ["lab"],
      /lost/,
    ],
    [
      "a worker that throws when it starts",
      "cli/search/search-worker.js",
      "throw new Error('no start');",
      run,
      /no start/,
    ],
    ["a worker that ends", "cli/search/search-worker.js", "process.exit(9);", run, /exited with code 9/],
    [
      "a search that throws",
      "cli/search/run-search.js",
      "export const hashText = null, noteOf = null, searchRuns = () => { throw new TypeError('bad\\nsearch'); };",
      run,
      /bad search.*run-search\.js:1:\d+/,
    ],
    [
      "a cell that throws",
      "cli/search/cell-search.js",
      "export const searchCell = () => { throw new TypeError('bad cell'); };",
      ["matrix", "links/perfect", "--no-cache"],
      /bad cell/,
    ],
  ])("%s ends with 70, one sentence, and the request to report it", (_what, module, text, args, sentence) => {
    const { status, stdout, stderr } = withBroken(module, text, args);
    expect(status).toBe(70);
    expect(stdout).toBe("");
    const [first, request, line, ...rest] = stderr.split("\n");
    expect(first).toMatch(/^quorate: \S.*\.$/);
    expect(first).toMatch(sentence);
    expect(request).toBe(
      "This is a fault of quorate, not yours. Please report it with the command that you gave and this line:",
    );
    expect(line).toMatch(/^quorate \d+\.\d+\.\d+,.* Node \d+\.\d+\.\d+, \w+-\w+$/);
    expect(rest).toEqual([""]);
  });

  it("and nothing is broken where nothing was: the copy runs", () => {
    const main = join(dist, "cli", "main.js");
    expect(spawnSync(process.execPath, [main, ...run]).status).toBe(0);
  });
});
