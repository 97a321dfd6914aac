import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { importsOf } from "./import-graph.ts";

// Each gate is run on an example that it must refuse: a gate that cannot fail is worth nothing.

const root = fileURLToPath(new URL("..", import.meta.url));
const gates = join(root, "test", "gates");
const temporary: string[] = [];

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "quorate-gates-"));
  temporary.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of temporary) rmSync(folder, { recursive: true });
});

function run(
  folder: string,
  script: string,
  ...args: string[]
): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

/** The findings that a negative example announces at its line ends, as "file:line rule". */
function announced(folder: string, file: string): readonly string[] {
  const lines = readFileSync(join(folder, file), "utf8").split("\n");
  return lines.flatMap((line, index) => {
    const mark = /\/\/ ✗ ?(\S*)$/.exec(line);
    return mark === null ? [] : [`${file}:${index + 1} ${mark[1]}`.trim()];
  });
}

describe("lint", () => {
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const examples = readdirSync(join(gates, "lint"));

  /** A small project with the real configuration, the examples standing in a room. */
  function project(room: string): string {
    const folder = temporaryFolder();
    for (const file of ["biome.json", ".gitignore", "gates"])
      cpSync(join(root, file), join(folder, file), { recursive: true });
    cpSync(join(gates, "lint"), join(folder, "src", room), { recursive: true });
    return folder;
  }

  interface Report {
    readonly diagnostics: readonly {
      readonly category: string;
      readonly location: { readonly path: string; readonly start?: { readonly line: number } };
    }[];
  }

  function findings(folder: string): readonly string[] {
    const { output } = run(folder, biome, "lint", "--reporter=json", "--max-diagnostics=none", "src");
    const { diagnostics } = JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1)) as Report;
    return diagnostics.map(
      ({ category, location }) => `${location.path.split("/").at(-1)}:${location.start?.line} ${category}`,
    );
  }

  it("refuses in a pure room each line that the examples mark, and no other", () => {
    const expected = examples.flatMap((file) => announced(join(gates, "lint"), file));
    expect(expected.length).toBeGreaterThan(25);
    expect([...new Set(findings(project("model")))].sort()).toEqual([...expected].sort());
  });

  it("lets the rooms with a host use the clock and node: modules", () => {
    const found = findings(project("node")).join("\n");
    expect(found).not.toMatch(/plugin|noRestrictedGlobals/);
    expect(found).toMatch(/imports\.ts:4 lint\/style\/noRestrictedImports/);
  });

  it("refuses code that the formatter would change", () => {
    const folder = project("model");
    writeFileSync(join(folder, "src", "model", "loose.ts"), "export const loose   = 1\n");
    const { status, output } = run(folder, biome, "format", "src/model/loose.ts");
    expect(output).toContain("would have printed");
    expect(status).toBe(1);
  });
});

describe("rooms", () => {
  const tsc = join(root, "node_modules/@typescript/native/bin/tsc");
  const pure = ["model", "protocols", "check", "simulate", "explore", "machines", "scenarios", "trace"];
  /** The house rules, written down a second time: what a room may import beside itself. */
  const allowed: Readonly<Record<string, readonly string[]>> = {
    model: [],
    protocols: ["model"],
    check: ["model"],
    simulate: ["model", "check", "trace"],
    explore: ["model", "check", "simulate", "trace"],
    machines: ["model", "protocols"],
    scenarios: ["model", "protocols", "check", "simulate", "explore", "machines", "trace"],
    trace: ["model"],
    node: ["model"],
    service: ["model", "protocols", "machines", "node"],
    cli: ["model", "protocols", "check", "simulate", "explore", "scenarios", "trace", "machines", "node", "service"],
  };
  const rooms = Object.keys(allowed);

  /** Every room with its real project file and one file in it. */
  function house(): string {
    const folder = temporaryFolder();
    for (const file of ["tsconfig.base.json", "tsconfig.json", "package.json"])
      cpSync(join(root, file), join(folder, file));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    for (const room of rooms) {
      mkdirSync(join(folder, "src", room), { recursive: true });
      cpSync(join(root, "src", room, "tsconfig.json"), join(folder, "src", room, "tsconfig.json"));
      writeFileSync(join(folder, "src", room, "index.ts"), `export const here: string = ${JSON.stringify(room)};\n`);
    }
    return folder;
  }

  it("every room has its house rule here", () => {
    const found = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(found.map(({ name }) => name).sort()).toEqual([...rooms].sort());
  });

  it.each(rooms)("%s imports what it may and nothing else", (room) => {
    const folder = house();
    const others = rooms.filter((other) => other !== room);
    const lines = others.map((other) => `import { here as ${other} } from "../${other}/index.ts";`);
    const text = `${lines.join("\n")}\nexport const all: readonly string[] = [${others.join(", ")}];\n`;
    writeFileSync(join(folder, "src", room, "imports.ts"), text);
    const { output } = run(folder, tsc, "-b", `src/${room}`);
    const refused = [...output.matchAll(/imports\.ts\((\d+),\d+\): error TS6307/g)].map(
      ([, line]) => others[Number(line) - 1],
    );
    const forbidden = others.filter((other) => !allowed[room]?.includes(other));
    expect(refused.sort(), output).toEqual([...forbidden].sort());
  });

  it.each(pure)("%s knows no host", (room) => {
    const folder = house();
    cpSync(join(gates, "rooms", "impure.ts"), join(folder, "src", room, "impure.ts"));
    const { output } = run(folder, tsc, "-b", `src/${room}`);
    const refused = [...output.matchAll(/impure\.ts\((\d+),\d+\): error/g)].map(([, line]) => `impure.ts:${line}`);
    expect([...new Set(refused)], output).toEqual(announced(join(gates, "rooms"), "impure.ts"));
  });
});

describe("types", () => {
  it("refuses a type error in a test, and an expected error that does not come", () => {
    const { status, output } = run(
      root,
      join(root, "node_modules/@typescript/native/bin/tsc"),
      "-p",
      "test/gates/types",
    );
    expect(output).toMatch(/\(1,1\): error TS2578/);
    expect(output).toMatch(/\(3,14\): error TS2322/);
    expect(output.match(/error TS/g)).toHaveLength(2);
    expect(status).not.toBe(0);
  });
});

describe("style", () => {
  const checkStyle = (folder: string) =>
    run(root, join(root, "node_modules/tsx/dist/cli.mjs"), "scripts/check-style.ts", folder);

  it("names each breach of the examples and passes what is fine", () => {
    const { status, output } = checkStyle("test/gates/style");
    expect(output.split("\n").filter((line) => line.includes("test/gates"))).toEqual([
      "test/gates/style/src/long-file.ts:1 a file of 502 lines, at most 500: one concept a file",
      "test/gates/style/src/long-function.ts:2 a function of 74 lines, at most 70: give a part of it a name",
      "test/gates/style/src/undocumented.ts:1 the export naked has no docstring",
      "test/gates/style/src/undocumented.ts:3 the export Bare has no docstring",
      "test/gates/style/src/undocumented.ts:10 the export apart has no docstring",
      "test/gates/style/src/undocumented.ts:12 the export silenced has no docstring",
      "test/gates/style/src/undocumented.ts:11 @ts-ignore silences a gate that has no exceptions",
      "test/gates/style/src/undocumented.ts:12 biome-ignore lint/style/noRestrictedGlobals: silences a gate that has no exceptions",
      "test/gates/style/waived.test.ts:3 .skip in a test: a test runs, once, and counts",
      "test/gates/style/waived.test.ts:4 .only in a test: a test runs, once, and counts",
      "test/gates/style/waived.test.ts:5 .todo in a test: a test runs, once, and counts",
      "test/gates/style/waived.test.ts:6 .skip in a test: a test runs, once, and counts",
      "test/gates/style/waived.test.ts:7 .skipIf in a test: a test runs, once, and counts",
      "test/gates/style/waived.test.ts:8 .fails in a test: a test runs, once, and counts",
      "test/gates/style/waived.test.ts:9 retry in a test: a test runs, once, and counts",
      "test/gates/style/waived.test.ts:10 .skip in a test: a test runs, once, and counts",
    ]);
    expect(status).toBe(1);
  });

  it("fails when there is nothing to look at", () => {
    const { status, output } = checkStyle("test/gates/graph");
    expect(output).toContain("no TypeScript file");
    expect(status).toBe(1);
  });
});

describe("imports at run time", () => {
  it("follows re-exports and lazy imports down to what a pure entry may not reach", () => {
    const found = importsOf(join(gates, "graph", "index.js"));
    expect([...found.foreign].sort()).toEqual(["commander", "node:fs", "node:net"]);
    expect([...found.files].map((file) => file.slice(dirname(file).length + 1)).sort()).toEqual([
      "deeper.js",
      "index.js",
      "lazy.js",
    ]);
  });
});

describe("the outside of the package", () => {
  const typedoc = join(root, "node_modules/typedoc/bin/typedoc");

  it("docs: an export without a docstring is refused", () => {
    const { status, output } = run(root, typedoc, "--emit", "none", "--options", "test/gates/docs/typedoc.json");
    expect(output).toContain("naked (Variable)");
    expect(output).toContain("does not have any documentation");
    expect(status).toBe(4);
  });

  it("api: a report that differs is refused with the way to mend it", () => {
    const folder = temporaryFolder();
    cpSync(join(root, "api"), folder, { recursive: true });
    const report = join(folder, "model.api.md");
    writeFileSync(
      report,
      readFileSync(report, "utf8").replace("```ts\n", "```ts\n\n// @public\nexport const gone: number;\n"),
    );
    const { status, output } = run(root, "scripts/api.mjs", "--check", `--folder=${folder}`);
    expect(output).toContain("differs from api/ (model): run `npm run api`");
    expect(status).toBe(1);
  });

  it("unused: a file and a package that nothing uses are refused", () => {
    const { status, output } = run(
      root,
      join(root, "node_modules/knip/bin/knip.js"),
      "--no-progress",
      "--directory",
      "test/gates/unused",
    );
    expect(output).toContain("orphan.js");
    expect(output).toContain("left");
    expect(status).toBe(1);
  });

  it("package: an export without its file is refused", () => {
    const { status, output } = run(root, "scripts/package.mjs", join(gates, "package"));
    expect(output).toContain("missing.js");
    expect(output).toMatch(/NoResolution|resolution failed/i);
    expect(status).toBe(1);
  });

  it("stages: a stage that does not exist is refused by name", () => {
    const { status, output } = run(root, "scripts/test.mjs", "no-such-stage");
    expect(output).toContain('there is no stage "no-such-stage"; the stages are install, build');
    expect(status).toBe(64);
  });

  it("node: an old version is refused in one sentence", async () => {
    const setup = (await import(join(root, "scripts/setup.mjs"))) as {
      nodeComplaint(version: string): string | undefined;
    };
    expect(setup.nodeComplaint("20.18.3")).toMatch(/^Node 20\.19 or newer is needed and this is 20\.18\.3: /);
    expect(setup.nodeComplaint("18.20.0")).toBeDefined();
    expect(["20.19.0", "22.1.0", "24.21.0"].map(setup.nodeComplaint)).toEqual([undefined, undefined, undefined]);
  });

  it("web: a browser that is not there is said in one sentence", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/test-web.mjs"], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, CHROMIUM: "/no/such/browser" },
    });
    expect(stderr).toMatch(/^quorate: Chromium is missing at \/no\/such\/browser: [^\n]+\n$/);
    expect(status).toBe(69);
  });

  it("bench: a bench that does not exist is refused by name", () => {
    const { status, output } = run(root, "scripts/bench.mjs", "no-such-bench");
    expect(output).toContain('there is no bench "no-such-bench"');
    expect(status).toBe(64);
  });
});
