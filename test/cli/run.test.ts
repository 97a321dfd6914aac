import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { isOneSentence, quorate, quorateHere, scratchFolder, shortSearchMs, startQuorate } from "./command.ts";

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true }));

interface Report {
  readonly scenario: string;
  readonly model: object;
  readonly parameters: object;
  readonly seed: number;
  readonly runs: number;
  readonly hash: string;
  readonly verdicts: readonly {
    readonly property: string;
    readonly kind: string;
    readonly verdict: string;
    readonly strength: { readonly by: string; readonly runs?: number; readonly events?: number };
    readonly exercised: number;
    readonly replay?: string;
  }[];
}

const report = (...args: readonly string[]): Report => JSON.parse(quorate([...args, "--json"]).stdout) as Report;
const forgetful = ["run", "links/perfect", "--nodes", "crash-recovery", "--runs", "200"];

describe("quorate run", () => {
  it("ends with 0 where all holds, and says so on one line a property, without colour in a pipe", () => {
    const { status, stdout, stderr } = quorate(["run", "links/perfect", "--runs", "60"]);
    expect(status).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).not.toContain("\u001b");
    for (const id of ["PL1", "PL2", "PL3"]) expect(stdout).toMatch(new RegExp(`✔ ${id} +holds +60 seeds +exercised`));
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("prints the JSON that programs read", () => {
    const { scenario, model, parameters, seed, runs, hash, verdicts, ...rest } = report(
      ...["run", "links/perfect", "--runs", "20", "--seed", "7", "--set", "n=2", "--set", "loss=0.3"],
    );
    expect(rest).toEqual({});
    expect({ scenario, model, parameters, seed, runs }).toEqual({
      scenario: "links/perfect",
      model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
      parameters: { n: 2, messages: 3, f: 1, loss: 0.3 },
      seed: 7,
      runs: 20,
    });
    expect(hash).toMatch(/^[0-9a-f]{8}$/);
    expect(verdicts.map(({ property, kind }) => [property, kind])).toEqual([
      ["PL1", "liveness"],
      ["PL2", "safety"],
      ["PL3", "safety"],
    ]);
    for (const verdict of verdicts) {
      expect(Object.keys(verdict)).toEqual(["property", "kind", "verdict", "strength", "exercised"]);
      expect(verdict.strength).toEqual({ by: "seeds", runs: 20 });
      expect(verdict.exercised).toBeGreaterThan(0);
    }
  });

  it("gives the same hash for the same seed in two processes, and another for another", () => {
    const hashes = [1, 1, 2].map((seed) => report("run", "links/perfect", "--runs", "3", "--seed", `${seed}`).hash);
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });

  it("ends with 1 where something is violated: the sentence, the diagram, the string that shows it again", async () => {
    const { status, stdout } = quorate(forgetful);
    expect(status).toBe(1);
    expect(stdout).toMatch(/✘ PL2 +violated +\d+-event counterexample/);
    expect(stdout).toMatch(/PL2 is violated\.\n.*twice/);
    expect(stdout).toMatch(/#\s+ms\s+p1\s+p2\s+p3/);
    const [, string] = /PL2 is violated[\s\S]*?npx quorate replay (q1:\S+)/.exec(stdout) ?? [];
    const again = await quorateHere(["replay", string!]);
    expect(again.status).toBe(1);
    const diagram = (text: string): string | undefined =>
      /PL2 is violated[\s\S]*?\n\n( +#[\s\S]*?)\n\n/.exec(text)?.[1];
    expect(diagram(again.stdout)).toBeDefined();
    expect(diagram(again.stdout)).toBe(diagram(stdout));
  });

  it("says unknown of an enumeration that did not come to its end", () => {
    const { verdicts } = report("run", "links/perfect", "--exhaustive", "--seconds", "0.5");
    for (const { verdict, strength } of verdicts) expect([verdict, strength.by]).toEqual(["unknown", "budget"]);
  });

  it("writes the shrunk violation to a trace, else the first run", async () => {
    for (const [args, nodes] of [
      [forgetful, "crash-recovery"],
      [["run", "links/perfect", "--runs", "2"], "crash-stop"],
    ] as const) {
      const path = join(folder, `${nodes}.jsonl`);
      await quorateHere([...args, "--trace", path]);
      const [header, ...events] = readFileSync(path, "utf8").trimEnd().split("\n");
      expect(JSON.parse(header!)).toMatchObject({
        format: "quorate-trace",
        scenario: "links/perfect",
        model: { nodes },
      });
      expect(events.length).toBeGreaterThan(5);
    }
  });

  it("ends with 130 on Ctrl-C and prints what it has until then", async () => {
    // By then it has begun, however busy the machine is.
    const searchMs = await shortSearchMs();
    const { child, finished } = startQuorate(["run", "links/perfect", "--runs", "100000000", "--json"]);
    await wait(2 * searchMs);
    child.kill("SIGINT");
    const { status, stdout, stderr } = await finished;
    expect(status).toBe(130);
    expect(stderr).toContain("interrupted");
    const { runs, verdicts } = JSON.parse(stdout) as Report;
    expect(runs).toBeGreaterThan(0);
    expect(verdicts.map(({ property }) => property)).toEqual(["PL1", "PL2", "PL3"]);
  });

  it("stays within its seconds", () => {
    const startedAt = performance.now();
    const { runs } = report("run", "links/perfect", "--seconds", "1");
    expect(runs).toBeGreaterThan(1);
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  });
});

describe("quorate replay", () => {
  const violated = report(...forgetful).verdicts.find(({ property }) => property === "PL2")!;

  it("shows exactly the run: JSON of the same shape, same hash each time, same length", () => {
    const first = report("replay", violated.replay!);
    expect(first).toMatchObject({ scenario: "links/perfect", runs: 1 });
    const again = first.verdicts.find(({ property }) => property === "PL2")!;
    expect(again).toEqual({ ...violated, exercised: again.exercised });
    expect(report("replay", violated.replay!).hash).toBe(first.hash);
  });

  it("says when a string was made by other code, and runs it only anyway", async () => {
    const { parseReplay, replayString } = await import("../../src/simulate/index.ts");
    const other = replayString({ ...parseReplay(violated.replay!), code: "0123456789ab" });
    const refused = await quorateHere(["replay", other]);
    expect(refused.status).toBe(64);
    expect(refused.stderr).toMatch(/made by other code \(0123456789ab, this is [0-9a-f]{12}\).*--anyway/);
    expect(isOneSentence(refused)).toBe(true);
    const anyway = await quorateHere(["replay", other, "--anyway"]);
    expect(anyway.status).toBe(1);
    expect(anyway.stderr).toContain("other code");
  });

  it.each([
    ["nonsense", /starts with "q1:"/],
    ["q1:", /damaged or cut short/],
    ["q1:AAAA", /damaged or cut short/],
    ["q1:####", /none of them/],
    [violated.replay!.slice(0, 60), /damaged or cut short/],
  ])("refuses %s with one sentence", async (string, sentence) => {
    const finished = await quorateHere(["replay", string]);
    expect(finished.status).toBe(64);
    expect(finished.stderr).toMatch(sentence);
    expect(isOneSentence(finished)).toBe(true);
  });
});

describe("bad input", () => {
  it.each([
    [["run", "links/perfct"], /no scenario "links\/perfct"\. Did you mean "links\/perfect"\?/],
    [["run", "zzzzzzzz"], /no scenario "zzzzzzzz"\. `quorate lab` lists/],
    [["lab", "perfect"], /Did you mean/],
    [["run", "links/perfect", "--network", "carrier-pigeon"], /reliable, fair-loss, arbitrary/],
    [["run", "links/perfect", "--timing", "soon"], /synchronous, eventually-synchronous/],
    [["run", "links/perfect", "--set", "n=99"], /n is from 2 to 10, not 99/],
    [["run", "links/perfect", "--set", "n=two"], /n is a number, not "two"/],
    [["run", "links/perfect", "--set", "m=1"], /no parameter "m"; it has n, messages, f, /],
    [["run", "links/perfect", "--set", "delayMsMin=20"], /delayMsMin \(20\) is above delayMsMax/],
    [["run", "links/perfect", "--set", "n"], /NAME=VALUE/],
    [["run", "links/perfect", "--runs", "many"], /whole number/],
    [["run", "links/perfect", "--seed", "-1"], /whole number/],
    [["run", "links/perfect", "--seconds", "0"], /seconds above 0/],
    [["run", "links/perfect", "--trace", "/no/such/folder/trace.jsonl"], /no folder \/no\/such\/folder/],
    [["run", "./no-such-file.ts"], /no file \.\/no-such-file\.ts/],
    [["run", "."], /is no file/],
    [["run"], /missing required argument/],
    [["rum"], /unknown command 'rum'[\s\S]*run/],
    [["run", "links/perfect", "--jsn"], /unknown option '--jsn'[\s\S]*--json/],
    [["matrix", "links/perfect", "--set", "m=1"], /none of these scenarios has a parameter "m"/],
    [["mutants", "no/such"], /no mutant "no\/such"/],
    [["completion", "tcsh"], /bash, zsh, fish/],
  ])("%j ends with 64, names the thing and the remedy", async (args, sentence) => {
    const { status, stdout, stderr } = await quorateHere(args);
    expect(status).toBe(64);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^quorate: /);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
