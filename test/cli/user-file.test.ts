import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, isOneSentence, quorate, quorateHere, scratchFolder } from "./command.ts";

// A file of a user's own, outside the repository and without any package.json near it.
const folder = scratchFolder();
const root = fileURLToPath(new URL("../..", import.meta.url));

const source = (body: string, before = ""): string => `
import { type AnyScenario, integer, type Links, type Module, network, property, scenario, stack } from "quorate";
import { majorityOf } from "quorate/model";
import { greeting } from "./words.ts";
${before}
interface Ping {
  provides: { requests: { ping: () => void }; indications: { pong: (text: string) => void } };
  uses: { links: Links<string> };
  state: { count: number };
}
const ping: Module<Ping> = {
  name: "ping",
  source: "a test",
  init: () => ({ count: 0 }),
  upon: {
    request: { ping: (_s, io) => io.links.send(majorityOf(1), greeting) },
    links: { deliver: (s, io, _from, text) => { ${body}; io.up.pong(text); } },
  },
};
export const pingScenario: AnyScenario = scenario({
  id: "my/ping",
  rows: [],
  title: "A ping",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: { n: integer("processes", 2, 2, 3) },
  setup: ({ n }) => ({
    processes: Array.from({ length: n }, (_, i) => ({ name: \`p\${i + 1}\`, stack: stack(ping, { links: network() }) })),
    workload: () => [{ node: 0, calls: [{ request: "ping", args: [] }] }],
    properties: [property({
      id: "PING", kind: "safety", text: "Every pong says hello.",
      init: () => ({}),
      on: (_s, event, report) => {
        if (event.kind !== "indication") return;
        report.premise();
        if (event.args[0] !== "hello") report.violated(\`it says \${String(event.args[0])}\`, event.event);
      },
    })],
  }),
});
`;

let files = 0;
const save = (text: string): string => {
  const path = join(folder, `protocol-${++files}.ts`);
  writeFileSync(path, text);
  return path;
};
const run = (path: string, ...flags: readonly string[]): Promise<Finished> =>
  quorateHere(["run", path, "--runs", "20", "--step-seconds", "4", ...flags]);

beforeAll(() => writeFileSync(join(folder, "words.ts"), 'export const greeting: string = "hello";\n'));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a protocol file outside the repository", () => {
  it("runs, with what it imports from quorate and from beside it", () => {
    const { status, stdout, stderr } = quorate(["run", save(source("")), "--runs", "20"], { cwd: folder });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/my\/ping {2}A ping[\s\S]*✔ PING +holds +20 seeds/);
    expect(status).toBe(0);
  });

  it("is enumerated to the end where it is small, and then the verdict is exact", async () => {
    const { status, stdout } = await quorateHere(["run", save(source("")), "--exhaustive"]);
    expect(stdout).toMatch(/✔ PING +holds +exhaustive, \d+ runs?/);
    expect(status).toBe(0);
  });

  it("whose property was never put to the test is unknown, which is no success", async () => {
    const { status, stdout } = await run(save(source("return")));
    expect(stdout).toMatch(/\? PING +unknown +never exercised in 20 runs/);
    expect(status).toBe(2);
  });

  it("whose declared fault never struck is unknown as well", async () => {
    const late = 'plan: [{ kind: "leap-second", at: 500_000 }],\n    workload:';
    const { status, stdout } = await run(save(source("").replace("workload:", late)));
    expect(stdout).toMatch(/\? PING +unknown[\s\S]*never exercised: no leap-second struck/);
    expect(status).toBe(2);
  });

  it("is shown again by its hash, and only while it is the same", async () => {
    const path = save(source("text = 'bye'"));
    const { status, stdout } = await run(path);
    expect(status).toBe(1);
    expect(stdout).toMatch(/PING is violated\.\nIt says bye\./);
    const [, string] = /replay (q1:\S+)/.exec(stdout) ?? [];
    expect((await quorateHere(["replay", string!, path])).status).toBe(1);
    expect((await quorateHere(["replay", string!])).stderr).toMatch(/give its path too/);
    writeFileSync(path, source("text = 'bye now'"));
    const changed = await quorateHere(["replay", string!, path]);
    expect(changed.status).toBe(64);
    expect(changed.stderr).toMatch(/is not the file of this run.*--anyway/);
    expect((await quorateHere(["replay", string!, path, "--anyway"])).stdout).toMatch(/It says bye now\./);
  });

  it.each([
    ["Math.random()", /Math\.random is not for protocols: draw with io\.random\(name, below\)/],
    ["Date.now()", /Date is not for protocols: .*io\.clock\("monotonic"\)/],
    ["new Date()", /Date is not for protocols/],
    ["performance.now()", /performance\.now is not for protocols: .*io\.clock/],
    ["crypto.randomUUID()", /crypto\.randomUUID is not for protocols: draw with io\.random/],
    ["setTimeout(() => {}, 1)", /setTimeout is not for protocols: .*io\.timers/],
    ["queueMicrotask(() => {})", /queueMicrotask is not for protocols/],
    ["fetch('http://localhost')", /fetch is not for protocols: .*ports/],
    ["throw new Error('boom')", /throws: boom/],
  ])("%s in a handler is the protocol's fault: a verdict, no stack", async (body, sentence) => {
    const { status, stdout, stderr } = await run(save(source(body)));
    expect(status).toBe(1);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/✘ protocol +violated/);
    expect(stdout.replaceAll("\n", " ")).toMatch(sentence);
  });

  it("says what the run drew where the scenario draws part of its setup in each", async () => {
    const swarm = 'swarm: (draw) => ({ windowMs: draw.between("window", 300, 400) }), processes: Array';
    const path = save(source("text = 'bye'").replace("processes: Array", swarm));
    const { stdout } = await run(path);
    const [, window] = /This run drew: window (\d+)\n/.exec(stdout) ?? [];
    expect(Number(window)).toBeGreaterThanOrEqual(300);
    const [, replay] = /replay (q1:\S+)/.exec(stdout) ?? [];
    const again = await quorateHere(["replay", replay!, path, "--json"]);
    const { verdicts } = JSON.parse(again.stdout) as { verdicts: readonly object[] };
    expect(verdicts[0]).toMatchObject({ property: "PING", drawn: { window: Number(window) } });
  });

  it("a handler that never ends is ended: a verdict, with the seed to see it again", async () => {
    const path = save(source("while (true) {}"));
    const { status, stdout } = await run(path, "--step-seconds", "2");
    expect(status).toBe(1);
    expect(stdout).toMatch(/✘ protocol +violated/);
    expect(stdout.replaceAll("\n", " ")).toMatch(/A step does not end in the run of seed 1/);
    const [, string] = /replay (q1:\S+)/.exec(stdout) ?? [];
    expect((await quorateHere(["replay", string!, path, "--step-seconds", "2"])).status).toBe(1);
  });

  it("what a protocol prints does not end up among the verdicts", () => {
    const path = save(source("console.log('hello from inside')"));
    const { stdout, stderr } = quorate(["run", path, "--runs", "20", "--json"]);
    expect(stderr).toContain("hello from inside");
    expect(JSON.parse(stdout)).toMatchObject({ scenario: "my/ping", runs: 20 });
  });

  it.each([
    ["draws by chance while it is loaded", "export const x = Math.random();", /cannot be loaded: Math\.random/],
    [
      "takes chance from node:crypto",
      source("", 'import { randomUUID } from "node:crypto"; randomUUID();'),
      /randomUUID/,
    ],
    ["never ends while it is loaded", "while (true) {}", /was not loaded within/],
    ["is no TypeScript", "export const a: number = ;", /cannot be loaded/],
    ["imports what is not there", 'import "./nothing.ts";', /cannot be loaded: Cannot find module/],
    ["exports no scenario", "export const a = 1;", /exports no scenario: write/],
    ["ends the process", source("process.exit(3)"), /nothing in a scenario may end the process/],
    [
      "has a workload that throws",
      source("").replace("() => [{ node", "() => [Math.random(), { node"),
      /does not run: Math\.random/,
    ],
    [
      "states no property",
      source("").replace(/properties: \[property[\s\S]*\}\)\],/, "properties: [],"),
      /states no property: add/,
    ],
    [
      "has a setup that forgets to return its processes",
      source("").replace("processes:", "nodes:"),
      /^quorate: scenario \S*protocol-\d+\.ts: `processes` of its setup must be a list/,
    ],
    [
      "has parameters that are none",
      source("").replace('integer("processes", 2, 2, 3)', "2"),
      /parameter n must be made by integer/,
    ],
    [
      "calls a process that there is not",
      source("").replace("{ node: 0,", "{ node: 4,"),
      /calls process 4, and the last one is 1/,
    ],
    ["has half a scenario", "export const scenario = { id: 'a', setup: () => ({}) };", /not complete: model must be/],
  ])("a file that %s gets one sentence and 64", async (_what, text, sentence) => {
    const patience = text.startsWith("while") ? ["--step-seconds", "1"] : [];
    const finished = await run(save(text), ...patience);
    expect(finished.stderr).toMatch(sentence);
    expect(isOneSentence(finished)).toBe(true);
    expect(finished.status).toBe(64);
  });

  it("that is no module at all gets the kinds of files that are", async () => {
    const path = join(folder, "settings.json");
    writeFileSync(path, "{}");
    const finished = await run(path);
    expect(finished.stderr).toMatch(/settings\.json is no module: give the path of a \.ts, \.mts, \.js or \.mjs file/);
    expect(isOneSentence(finished)).toBe(true);
    expect(finished.status).toBe(64);
  });

  it("with several scenarios is asked for one by name", async () => {
    const path = save(source("").concat("export const other: AnyScenario = pingScenario;\n"));
    expect((await run(path)).stderr).toMatch(
      /exports several scenarios: add #NAME to the path, one of other, pingScenario/,
    );
    expect((await run(`${path}#other`)).status).toBe(0);
  });
});

describe("a file where an ID may stand", () => {
  it("quorate lab describes it", async () => {
    const path = save(source(""));
    const { status, stdout } = await quorateHere(["lab", path]);
    expect(stdout).toMatch(/^my\/ping {2}A ping\nreliable × crash-stop × asynchronous\n/);
    expect(stdout).toMatch(/PING +Every pong says hello\. \(safety\)[\s\S]* n +processes: 2 \(integer, 2…3\)/);
    expect(status).toBe(0);
    const { scenarios } = JSON.parse((await quorateHere(["lab", path, "--json"])).stdout) as { scenarios: object[] };
    expect(scenarios).toMatchObject([{ id: "my/ping", properties: [{ id: "PING", kind: "safety" }] }]);
  });

  it("quorate matrix searches it, one of several by name, beside a module of plain JavaScript", async () => {
    const bye = save(
      `${source("if (io.self === 1) text = 'bye'")}export const other: AnyScenario = { ...pingScenario, id: "my/other" };`,
    );
    const plain = join(folder, "plain.mjs");
    writeFileSync(
      plain,
      "import { network } from 'quorate';\nexport const scenario = { id: 'my/plain', model: { network: 'arbitrary', nodes: 'byzantine', timing: 'asynchronous' }, parameters: {}, setup: () => ({ processes: [{ name: 'p1', stack: network() }], workload: () => [], properties: [{ id: 'P', kind: 'safety', text: 'Nothing.', init: () => null }] }) };",
    );
    const flags = ["--seconds", "8", "--no-cache", "--set", "n=3"];
    const { status, stdout, stderr } = await quorateHere(["matrix", plain, `${bye}#other`, "--json", ...flags]);
    expect(stderr).toBe("");
    const { cells } = JSON.parse(stdout) as {
      cells: { scenario: string; verdict: string; replay?: string }[];
    };
    expect(cells.map(({ scenario }) => scenario)).toEqual(["my/plain", "my/other", "my/other", "my/other"]);
    const [, claim] = cells;
    expect(claim).toMatchObject({ verdict: "violated", strength: { by: "counterexample" } });
    const again = await quorateHere(["replay", claim!.replay!, `${bye}#other`]);
    expect(again.stdout).toMatch(/asynchronous · n=3\n[\s\S]*PING is violated\.\nIt says bye\.[\s\S]* p2 /);
    expect(status).toBe(1);
  });

  it("quorate matrix goes on where one cell cannot be searched: unknown, and why", async () => {
    const throws = 'if (model.nodes === "crash-recovery") throw new Error("not\\nhere");';
    const path = save(
      source("")
        .replace("({ n }) =>", "({ n }, model) =>")
        .replace("() => [{ node", `() => { ${throws} return [{ node`)
        .replace("args: [] }] }],", "args: [] }] }]; },"),
    );
    const flags = ["--seconds", "3", "--no-cache"];
    const { status, stdout, stderr } = await quorateHere(["matrix", path, "--json", ...flags]);
    const { cells } = JSON.parse(stdout) as { cells: { model: { nodes: string }; verdict: string; error?: string }[] };
    const failed = cells.filter(({ error }) => error !== undefined);
    expect(failed.map(({ model, verdict }) => [model.nodes, verdict])).toEqual([["crash-recovery", "unknown"]]);
    expect(failed[0]!.error).toMatch(/protocol-\d+\.ts does not run: not\nhere/);
    expect(stderr).toMatch(/^quorate: my\/ping in .*crash-recovery.* is unknown: .*does not run: not here\.\n$/);
    expect(cells.filter(({ verdict }) => verdict === "holds").length).toBeGreaterThan(0);
    expect(status).toBe(2);
  });

  it("quorate matrix ends a handler that never ends: a cell, not a hang, and the string shows it again", async () => {
    // Nothing is weaker than this model: one cell.
    const weakest = 'model: { network: "arbitrary", nodes: "byzantine"';
    const path = save(source("while (true) {}").replace('model: { network: "reliable", nodes: "crash-stop"', weakest));
    const { status, stdout } = await quorateHere(["matrix", path, "--json", "--no-cache", "--step-seconds", "2"]);
    const { cells } = JSON.parse(stdout) as { cells: object[] };
    expect(cells).toMatchObject([
      { verdict: "violated", strength: { by: "counterexample" }, replay: expect.stringMatching(/^q1:/) },
    ]);
    expect(status).toBe(1);
  });

  it.each([
    ["lab", "./no-such-file.ts", /no file \.\/no-such-file\.ts/],
    ["matrix", "./no-such-file.ts", /no file \.\/no-such-file\.ts/],
    ["matrix", join(folder, "words.ts"), /exports no scenario/],
  ])("quorate %s %s gets one sentence and 64", async (command, path, sentence) => {
    const finished = await quorateHere([command, path]);
    expect(finished.stderr).toMatch(sentence);
    expect(isOneSentence(finished)).toBe(true);
    expect(finished.status).toBe(64);
  });

  it("a setting that the file cannot take gets one sentence and 64", async () => {
    const finished = await quorateHere(["matrix", save(source("")), "--set", "n=9"]);
    expect(finished.stderr).toMatch(/scenario my\/ping: parameter n is from 2 to 3, not 9/);
    expect(finished.status).toBe(64);
  });
});

describe("where neither Node nor tsx reads TypeScript", () => {
  it("one sentence names the command that installs it, and the exit code is 69", () => {
    const installed = join(folder, "installed", "node_modules");
    mkdirSync(join(installed, "quorate"), { recursive: true });
    for (const part of ["dist", "package.json"])
      cpSync(join(root, part), join(installed, "quorate", part), { recursive: true });
    symlinkSync(join(root, "node_modules", "commander"), join(installed, "commander"), "junction");
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [join(installed, "quorate", "dist", "cli", "main.js"), "run", save(source("")), "--runs", "5"],
      { cwd: folder, encoding: "utf8" },
    );
    const strips = Boolean((process.features as { readonly typescript?: unknown }).typescript);
    if (strips) expect([status, stderr]).toEqual([0, ""]);
    else {
      expect(stdout).toBe("");
      expect(stderr).toMatch(/npm install --save-dev tsx/);
      expect(status).toBe(69);
    }
  });
});
