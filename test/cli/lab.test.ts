import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { codeVersion } from "../../dist/cli/code-version.js";
import { mutants, scenarios } from "../../src/scenarios/index.ts";
import { dialNames, type Scenario } from "../../src/simulate/index.ts";
import { isOneSentence, command as path, quorate, quorateHere, scratchFolder } from "./command.ts";

const folder = scratchFolder();
const env = { XDG_CACHE_HOME: join(folder, "cache") };
const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
afterAll(() => rmSync(folder, { recursive: true }));

const json = async <T>(...args: readonly string[]): Promise<T> =>
  JSON.parse((await quorateHere([...args, "--json"], { env })).stdout) as T;

interface Listed {
  readonly id: string;
  readonly properties: readonly object[];
  readonly parameters: {
    readonly [name: string]: {
      readonly type: string;
      readonly text: string;
      readonly range: readonly (number | string | boolean)[];
      readonly default: number | string | boolean;
    };
  };
}

/** Whether a default is of the type of its parameter, and in its range. */
const isOf = (type: string, range: readonly unknown[], value: unknown): boolean => {
  if (type === "boolean" || type === "choice") return range.includes(value) && range.length > 1;
  const [min, max] = range as readonly [number, number];
  return ["integer", "number"].includes(type) && min < max && Number(value) >= min && Number(value) <= max;
};

describe("quorate lab", () => {
  it("lists every scenario for programs", async () => {
    const { scenarios: listed } = await json<{ scenarios: Listed[] }>("lab");
    expect(listed.map(({ id }) => id)).toEqual((scenarios as unknown as readonly Scenario[]).map(({ id }) => id));
    for (const scenario of listed) {
      const always = ["id", "rows", "title", "model", "properties", "parameters"];
      const keys = Object.keys(scenario).filter((key) => !["alsoModels", "notClaimed"].includes(key));
      expect(keys).toEqual(always);
      expect(scenario.properties.length).toBeGreaterThan(0);
      for (const property of scenario.properties) expect(Object.keys(property)).toEqual(["id", "kind", "text"]);
      // Those of the dials are parameters as well: --set takes them.
      expect(Object.keys(scenario.parameters)).toEqual(expect.arrayContaining([...dialNames]));
      for (const [name, { type, text, range, default: value }] of Object.entries(scenario.parameters))
        expect([name, isOf(type, range, value), text.length > 0]).toEqual([name, true, true]);
    }
    expect(listed.find(({ id }) => id === "links/perfect")).toMatchObject({
      rows: [7],
      title: "Perfect links from fair-loss links",
      model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
      properties: [{ id: "PL1", kind: "liveness", text: expect.any(String) }, { id: "PL2" }, { id: "PL3" }],
      parameters: {
        n: { type: "integer", range: [2, 10], default: 3 },
        loss: { type: "number", range: [0, 1], default: 0.1 },
      },
    });
    expect(listed.find(({ id }) => id === "commit/two-phase")).toMatchObject({ notClaimed: [{ id: "NBAC1" }] });
    expect(listed.find(({ id }) => id === "detectors/eventually-perfect")).toMatchObject({
      model: { timing: "unknown-bound" },
      alsoModels: [{ timing: "eventually-synchronous" }],
    });
  });

  it("lists them for people, in 80 columns, and describes one", async () => {
    const { status, stdout } = await quorateHere(["lab"]);
    expect(status).toBe(0);
    for (const { id } of scenarios as unknown as readonly Scenario[]) expect(stdout).toContain(`  ${id}`);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect((await quorateHere(["lab", "links/perfect"])).stdout).toMatch(
      /Properties[\s\S]*PL1[\s\S]*--set[\s\S]*messages/,
    );
  });

  it("ends quietly when its reader goes away", () => {
    const { status, stderr } = spawnSync("sh", ["-c", `"${process.execPath}" "${path}" lab --json | head -c 10`], {
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
  });
});

describe("help and version", () => {
  const commands = [
    ...["demo", "lab", "run", "replay", "export", "matrix", "mutants", "completion"],
    ...["up", "serve", "kv", "status", "member", "certs"],
  ];

  it.each(["", ...commands])("quorate %s --help and --version end with 0, within 80 columns", async (command) => {
    const name = command === "" ? [] : [command];
    const help = await quorateHere([...name, "--help"]);
    expect([help.status, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toMatch(/^Usage: quorate/);
    for (const line of help.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(await quorateHere([...name, "--version"])).toEqual({
      status: 0,
      stdout: `quorate ${manifest.version}\n`,
      stderr: "",
    });
  });

  it("of a command that is not there is one sentence, and not the help of all", async () => {
    expect(await quorateHere(["help", "statsu"])).toEqual({
      status: 64,
      stdout: "",
      stderr: 'quorate: there is no command "statsu", did you mean status?\n',
    });
    expect((await quorateHere(["help", "kv", "put"])).stdout).toMatch(/^Usage: quorate kv put/);
  });

  it("names every command", async () => {
    const { stdout } = await quorateHere(["--help"]);
    for (const name of commands) expect(stdout).toContain(`\n  ${name}`);
  });

  it.each(["bash", "zsh", "fish"])("completes for %s: commands, scenarios, positions of the dials", async (shell) => {
    const { status, stdout } = await quorateHere(["completion", shell]);
    expect(status).toBe(0);
    for (const word of [...commands, "links/perfect", "eventually-synchronous"]) expect(stdout).toContain(word);
    if (shell === "bash") expect(spawnSync("bash", ["-n"], { input: stdout }).status).toBe(0);
  });
});

describe("quorate export", () => {
  const trace = join(folder, "trace.jsonl");

  it.each([
    ["json", /^\{"header":/],
    ["shiviz", /p1 \{"p1":1\}/],
    ["mermaid", /^sequenceDiagram/],
    ["perfetto", /"traceEvents":/],
    ["svg", /^<svg /],
  ])("to %s, on stdout and in a file", async (format, beginning) => {
    if (!existsSync(trace)) await quorateHere(["run", "links/perfect", "--runs", "1", "--trace", trace]);
    const { status, stdout } = await quorateHere(["export", trace, "--to", format]);
    expect(status).toBe(0);
    expect(stdout).toMatch(beginning);
    const out = join(folder, `out.${format}`);
    expect(await quorateHere(["export", trace, "--to", format, "--out", out])).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
    expect(readFileSync(out, "utf8").trimEnd()).toBe(stdout.trimEnd());
  });

  it.each([
    ["what is no trace", "nonsense\n", /line 1: this is no trace file: one begins with \{"format":"quorate-trace"/],
    ["another program's JSON", '{\n  "name": "quorate"\n}\n', /no trace file: .*give a file that --trace FILE wrote/],
    ["bytes", "\u0000\u001f\ufffd\n\u0001", /line 1: this is no trace file/],
    ["a first line that breaks off", '{"format":"quorate-trace","ver', /line 1: the line breaks off in the middle/],
    ["a newer version", '{"format":"quorate-trace","version":999}\n', /line 1: .*version/],
    ["nothing", "", /empty/],
  ])("refuses %s with one sentence", async (_what, text, sentence) => {
    const path = join(folder, "bad.jsonl");
    writeFileSync(path, text);
    const finished = await quorateHere(["export", path, "--to", "svg"]);
    expect(finished.status).toBe(64);
    expect(finished.stderr).toMatch(sentence);
    expect(isOneSentence(finished)).toBe(true);
  });

  it("refuses a file that is not there, and a format that it does not know", async () => {
    expect((await quorateHere(["export", join(folder, "none"), "--to", "svg"])).stderr).toMatch(
      /there is no such file/,
    );
    for (const [args, sentence] of [
      [["export", ""], /the path of the trace is empty: give a file/],
      [["export", folder], /it is a folder: give a file/],
      [["export", join(trace, "part")], /a part of its path is no folder: give a file/],
      [["export", trace, "--out", ""], /the path of the file to write is empty/],
      [["export", trace, "--out", join(trace, "part")], /is no folder: give .* another place/],
    ] as const) {
      const finished = await quorateHere([...args, "--to", "svg"]);
      expect(finished.status).toBe(64);
      expect(finished.stderr).toMatch(sentence);
      expect(isOneSentence(finished)).toBe(true);
    }
    expect(await quorateHere(["export", trace, "--to", "pdf"])).toMatchObject({ status: 64 });
    expect(await quorateHere(["export", trace])).toMatchObject({ status: 64 });
  });
});

describe("quorate matrix", () => {
  interface Cell {
    readonly scenario: string;
    readonly model: { readonly network: string; readonly nodes: string; readonly timing: string };
    readonly verdict: string;
    readonly strength: { readonly by: string; readonly runs?: number };
    readonly replay?: string;
  }

  it("holds where it is claimed, and finds what breaks one step outside; kept by version of the code", async () => {
    const { cells } = await json<{ cells: Cell[] }>("matrix", "links/perfect", "--seconds", "5");
    expect(cells.map(({ model: { network, nodes, timing } }) => [network, nodes, timing].join(" "))).toEqual([
      "fair-loss crash-stop asynchronous",
      "arbitrary crash-stop asynchronous",
      "fair-loss crash-recovery asynchronous",
    ]);
    expect(cells.map(({ verdict }) => verdict)).toEqual(["holds", "violated", "violated"]);
    const keys = ["scenario", "model", "verdict", "strength"];
    expect(cells.map((cell) => Object.keys(cell))).toEqual([keys, [...keys, "replay"], [...keys, "replay"]]);
    expect(cells[0]!.strength).toEqual({ by: "seeds", runs: expect.any(Number) });
    expect(cells[1]!.strength).toEqual({ by: "counterexample", events: expect.any(Number) });
    expect((await quorateHere(["replay", cells[2]!.replay!])).status).toBe(1);
    expect(existsSync(join(env.XDG_CACHE_HOME, "quorate", `matrix-${codeVersion()}.json`))).toBe(true);
    const startedAt = performance.now();
    const again = await json<{ cells: Cell[] }>("matrix", "links/perfect", "--seconds", "5");
    expect(again.cells).toEqual(cells);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it("says unknown of every cell that it does not reach, and ends with 2", async () => {
    const { status, stdout } = await quorateHere(["matrix", "--seconds", "0.001", "--no-cache", "--json"], { env });
    expect(status).toBe(2);
    const { cells } = JSON.parse(stdout) as { cells: Cell[] };
    expect(cells.length).toBeGreaterThan(scenarios.length);
    expect(cells.some(({ verdict, strength }) => verdict === "unknown" && strength.runs === 0)).toBe(true);
  });

  it("prints a table for pages", async () => {
    const { stdout, status } = await quorateHere(["matrix", "links/perfect", "--markdown", "--seconds", "5"], { env });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\| scenario \| claimed model \|.*\n\| --- .*\n\| `links\/perfect` \|.*\*\*violated\*\*/);
  });
});

describe("quorate mutants", () => {
  it("finds a known bug and does not report a change that is none", async () => {
    const bug = mutants.find(({ id }) => id === "paxos/P1")!;
    const none = mutants.find(({ id }) => id === "paxos/P5e")!;
    const { status, stdout } = await quorateHere(["mutants", bug.id, none.id, "--search", "seeds", "--json"], { env });
    expect(status).toBe(0);
    const { mutants: found } = JSON.parse(stdout) as { mutants: object[] };
    expect(found).toEqual([
      {
        id: bug.id,
        found: true,
        property: expect.toBeOneOf([...bug.violates]),
        search: "seeds",
        cost: expect.any(Number),
        length: expect.any(Number),
        equivalent: false,
      },
      { id: none.id, found: false, property: null, search: "seeds", cost: 2_000, length: null, equivalent: true },
    ]);
  });

  it("ends with 2 when time was over before a bug was found", async () => {
    const { status, stdout } = await quorateHere(["mutants", "--seconds", "0.001", "--no-cache"], { env });
    expect(status).toBe(2);
    expect(stdout).toContain("not reached");
  });
});

describe("a command in a clone", () => {
  it("finds the build that is there, and does not build again", () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const bin = join(root, "bin", "quorate.mjs");
    const builtAt = (): number => statSync(join(root, "dist", ".stamp")).mtimeMs;
    spawnSync(process.execPath, [bin, "--version"]);
    const before = builtAt();
    expect(spawnSync(process.execPath, [bin, "--version"], { encoding: "utf8" }).status).toBe(0);
    expect(builtAt()).toBe(before);
  });
});

describe("quorate demo", () => {
  it("shows a protocol that holds and the same one with a known bug", () => {
    const { status, stdout } = quorate(["demo"]);
    expect(stdout).toMatch(/✔ C4 +holds[\s\S]*known bug[\s\S]*✘ C4 +violated[\s\S]*C4 is violated\.[\s\S]*Go on with/);
    expect(status).toBe(0);
  });
});
