import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { raftSituations } from "../../src/scenarios/index.ts";
import { readTrace } from "../../src/trace/index.ts";
import { isOneSentence, quorateHere, scratchFolder } from "./command.ts";

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true }));

describe("quorate play", () => {
  it("lists the situations, in 80 columns and for programs", async () => {
    const { status, stdout } = await quorateHere(["play"]);
    expect(status).toBe(0);
    for (const { name } of raftSituations) expect(stdout).toContain(`  raft/${name}\n`);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const { situations } = JSON.parse((await quorateHere(["play", "--json"])).stdout) as { situations: object[] };
    expect(situations.length).toBe(raftSituations.length);
  });

  it("plays one, line by line or as a diagram, and writes its trace", async () => {
    const file = join(folder, "prevote.jsonl");
    const { status, stdout } = await quorateHere(["play", "raft/prevote", "--trace", file]);
    expect(status).toBe(0);
    expect(stdout).toContain("then s3 follows s1 in term 1\n");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(readTrace(readFileSync(file, "utf8")).header.scenario).toBe("raft/prevote");
    expect((await quorateHere(["play", "prevote", "--diagram"])).stdout).toContain("├──────▸●");
    const { broken } = JSON.parse((await quorateHere(["play", "prevote", "--json"])).stdout) as { broken: string[] };
    expect(broken).toEqual([]);
  });

  it("refuses a name that is none in one sentence, with the nearest", async () => {
    const finished = await quorateHere(["play", "prevot"]);
    expect(finished.status).toBe(64);
    expect(finished.stderr).toContain("Did you mean raft/prevote?");
    expect(isOneSentence(finished)).toBe(true);
  });
});
