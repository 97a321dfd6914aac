import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isOneSentence, quorate, quorateHere, scratchFolder } from "./command.ts";

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, ...lines: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
};

const event = (process: number, type: string, f: string, value: unknown, at: number): string =>
  JSON.stringify({ process, type, f, value, at });

// B25: a new value is read, then the old one, while the write is under way.
const inversion = [
  event(0, "invoke", "write", "<new>", 0),
  event(1, "invoke", "read", null, 1),
  event(1, "ok", "read", "<new>", 2),
  event(2, "invoke", "read", null, 3),
  event(2, "ok", "read", null, 4),
  event(0, "ok", "write", "<new>", 5),
];
const stale = file("stale.jsonl", ...inversion);
const good = file("good.jsonl", ...inversion.filter((line) => !line.includes('"process":2')));

describe("quorate check", () => {
  it("shows what is violated at 80 columns: the operations at fault, their order, the state carried in", async () => {
    const { status, stdout, stderr } = await quorateHere(["check", stale]);
    expect(stderr).toBe("");
    expect(status).toBe(1);
    expect(stdout).toContain("✘ linearizable  violated");
    expect(stdout).toMatch(/ {2}4 {2}2 +read → null +✘ +├─+┤/);
    expect(stdout).toMatch(/Carried in: null\. At best: write\("<new>"\) leaves "<new>"/);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("prints JSON: verdict, operations, and a witness or a culprit", async () => {
    const json = async (...args: readonly string[]): Promise<object> =>
      JSON.parse((await quorateHere(["check", "--json", ...args])).stdout) as object;
    expect(await json(good)).toMatchObject({
      verdict: "holds",
      operations: 2,
      witness: [
        { text: 'write("<new>")', line: 1 },
        { text: 'read → "<new>"', line: 2, returnLine: 3 },
      ],
    });
    const culprit = { misfit: 2, operations: [{ process: 0 }, { process: 1 }, { process: 2, line: 4 }] };
    expect(await json(stale)).toMatchObject({ verdict: "violated", operations: 3, culprit });
    expect(await json(stale, "--consistency", "monotonic-writes")).toMatchObject({
      verdict: "unknown",
      reason: expect.stringContaining("which replica answered"),
    });
  });

  it("ends with 0, 1, 2 and 64, and reads stdin", async () => {
    const statusOf = async (...args: readonly string[]): Promise<number | null> =>
      (await quorateHere(["check", ...args])).status;
    expect(await statusOf(good)).toBe(0);
    expect(await statusOf(stale, "--consistency", "sequential")).toBe(0);
    expect(await statusOf(stale, "--consistency", "monotonic-writes")).toBe(2);
    expect(await statusOf(stale, "--initial", '"<new>"')).toBe(1);
    expect(await statusOf(stale, "--model", "abacus")).toBe(64);
    expect(quorate(["check", "-"], { input: readFileSync(stale, "utf8") }).status).toBe(1);
  });

  it("says in one sentence, with the line, what is wrong with the input", async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[join(folder, "none")], /there is no such file/],
      [[folder], /it is a folder/],
      [[file("cut.jsonl", inversion[0]!, '{"process":1,')], /cut\.jsonl, line 3, column 1: expected a key/],
      [[file("two.jsonl", inversion[0]!, inversion[0]!)], /two\.jsonl, line 2, column 1: process 0 calls while/],
      [[file("lone.jsonl", inversion[5]!)], /lone\.jsonl, line 1, column 1: process 0 completes/],
      [[stale, "--model", "queue"], /stale\.jsonl, line 1, .*has no function "write": expected enqueue, dequeue/],
      [[stale, "--format", "jepsen"], /stale\.jsonl, line 1, /],
      [[stale, "--consistency", "serializable"], /register cannot be held to serializable: .*--model list-append/],
      [[stale, "--html", join(folder, "no", "page.html")], /there is no folder/],
    ];
    for (const [args, sentence] of cases) {
      const finished = await quorateHere(["check", ...args]);
      const { status, stdout, stderr } = finished;
      expect(status, args.join(" ")).toBe(64);
      expect(stdout).toBe("");
      expect(stderr).toMatch(sentence);
      expect(isOneSentence(finished), stderr).toBe(true);
    }
  });

  it("a model of your own, and the line where it throws", () => {
    const source = (rule: string): readonly string[] => [
      'import { illegal, type RecordedSpecification } from "quorate/check";',
      "export const latch: RecordedSpecification = {",
      '  name: "latch",',
      "  init: () => null,",
      "  step(state, { f, value }, output) {",
      `    ${rule}`,
      "    return output === undefined || output === state ? state : illegal;",
      "  },",
      "};",
    ];
    const own = file("latch.ts", ...source('if (f === "write") return value;'));
    const violated = quorate(["check", stale, "--model", own]);
    expect(violated.stdout).toMatch(/read\(\) → null of process 2 finds no place|Read\(\) → null/);
    expect(violated.status).toBe(1);
    const throws = file("throws.ts", ...source('if (f === "read") throw new Error("no reads");'));
    const { status, stderr } = quorate(["check", stale, "--model", throws]);
    expect(status).toBe(64);
    expect(stderr).toMatch(/stale\.jsonl, line [24], column 1: .*step threw \(no reads\): expected it to be defined/);
    const none = quorate(["check", stale, "--model", file("none.ts", "export const x = 1;")]);
    expect([none.status, isOneSentence(none)]).toEqual([64, true]);
  });

  it("transactions: the cycle, step by step", async () => {
    const transaction = (process: number, type: string, value: unknown): string =>
      JSON.stringify({ process, type, f: "txn", value });
    const skew = file(
      "skew.json",
      transaction(0, "invoke", [
        ["r", "x", null],
        ["append", "y", 1],
      ]),
      transaction(1, "invoke", [
        ["r", "y", null],
        ["append", "x", 1],
      ]),
      transaction(0, "ok", [
        ["r", "x", []],
        ["append", "y", 1],
      ]),
      transaction(1, "ok", [
        ["r", "y", []],
        ["append", "x", 1],
      ]),
      transaction(1, "invoke", [
        ["r", "x", null],
        ["r", "y", null],
      ]),
      transaction(1, "ok", [
        ["r", "x", [1]],
        ["r", "y", [1]],
      ]),
    );
    const { status, stdout } = await quorateHere(["check", skew, "--consistency", "serializable"]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/T0 → T1 \(rw\): /);
    expect((await quorateHere(["check", skew, "--consistency", "snapshot-isolation"])).status).toBe(0);
  });

  it("a recorded run of ours keeps the order properties of its broadcast, or is not said to", async () => {
    const trace = join(folder, "trace.jsonl");
    await quorateHere(["run", "broadcast/fifo", "--runs", "1", "--trace", trace]);
    expect(existsSync(trace)).toBe(true);
    const { status, stdout } = await quorateHere(["check", trace, "--consistency", "FRB5", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ verdicts: [{ property: "FRB5", kind: "safety" }] });
    expect([0, 2]).toContain(status);
  });

  it("writes a page that needs nothing else, in which nothing of the history is markup", async () => {
    const page = join(folder, "page.html");
    expect((await quorateHere(["check", stale, "--html", page])).status).toBe(1);
    const violated = readFileSync(page, "utf8");
    expect(violated).toContain("linearizable: violated");
    expect(violated).toContain("&lt;new&gt;");
    expect(violated).not.toContain("<new>");
    expect(violated).not.toMatch(/<script|https?:|src=|@import|url\(/);
    await quorateHere(["check", good, "--html", page]);
    expect(readFileSync(page, "utf8").match(/<circle class="point"/g)).toHaveLength(2);
  });
});
