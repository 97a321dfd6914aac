import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { raftMutants } from "../raft-mutants.ts";
import { actions } from "./actions.ts";
import { claims } from "./claims.ts";
import { raftLessons } from "./course/index.ts";
import { perform, raftSituations, type Situation } from "./index.ts";

// What is told of each play lies beside it: `npx vitest run src/scenarios/raft/situations -u` writes it again.

describe("a situation of Raft", () => {
  const exercised = new Map<string, number>();

  for (const situation of raftSituations)
    it(`${situation.name}: ${situation.title}`, async () => {
      const played = perform(situation);
      expect(played.wrong).toEqual([]);
      expect(played.violations.map(({ property }) => property)).toEqual(situation.breaks ?? []);
      expect(played.isAsSaid).toBe(true);
      expect(played.claims).toBeGreaterThan(1);
      for (const line of played.text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
      for (const [property, count] of played.exercised) exercised.set(property, (exercised.get(property) ?? 0) + count);
      await expect(played.text).toMatchFileSnapshot(`golden/${situation.name}.golden.txt`);
    });

  it("all of them together put every property to the test", () => {
    expect([...exercised].filter(([, count]) => count === 0)).toEqual([]);
    expect([...exercised.keys()]).toContain("LeaderCompleteness");
  });

  it("has a name of its own, and no trace lies there without its play", () => {
    const names = raftSituations.map(({ name }) => `${name}.golden.txt`).sort();
    expect(new Set(names).size).toBe(names.length);
    expect(readdirSync(new URL("golden", import.meta.url)).sort()).toEqual(names);
  });
});

describe("a known bug is seen in a play", () => {
  const seen: readonly (readonly [bug: string, play: string])[] = [
    ["raft/R1", "figure-8"],
    ["raft/R2", "campaign"],
    ["raft/R4", "forget-leader-prevote-checkquorum"],
    ["raft/R5", "probe-and-replicate"],
    ["raft/R7", "leader-counts-itself"],
    ["raft/R9", "prevote"],
    ["raft/R10", "prevote"],
    ["raft/R11", "late-pre-vote"],
    ["raft/R16", "async-storage-writes"],
    ["raft/R17", "commit-no-further-than-vouched"],
    ["raft/R23", "below-the-snapshot"],
    ["raft/R24", "leader-counts-itself"],
    ["raft/R25", "async-storage-writes"],
    ["raft/R29", "commits-in-pages"],
    ["raft/R31", "full-message"],
    ["raft/R32", "async-storage-writes-append-aba-race"],
    ["raft/R34", "probe-and-replicate"],
    ["raft/apply-at-append", "async-storage-writes"],
    ["raft/no-up-to-date-check", "probe-and-replicate"],
    ["raft/timer-reset-by-anything", "campaign"],
    ["reads/L1", "stale-read"],
    ["reads/L2", "read-of-a-new-leader"],
    ["reads/L4", "read-waits-for-its-state"],
  ];

  /** Whether a play with a changed rule says what is not the case, breaks a property, or cannot even be played. */
  const isSeen = (situation: Situation, rules: object): boolean => {
    try {
      const options = { ...situation.options, rules: { ...situation.options?.rules, ...rules } };
      return !perform({ ...situation, options }).isAsSaid;
    } catch {
      return true;
    }
  };

  it.each(seen)("%s in %s", (bug, play) => {
    const situation = raftSituations.find(({ name }) => name === play)!;
    expect(isSeen(situation, raftMutants.find(({ id }) => id === bug)!.rules)).toBe(true);
  });

  it("and a change that is none is seen in no play", () => {
    const none = raftMutants.find(({ id }) => id === "raft/next-below-match")!;
    expect(raftSituations.filter((one) => isSeen(one, none.rules)).map(({ name }) => name)).toEqual([]);
  });
});

describe("docs/situations.md", () => {
  const page = readFileSync(new URL("../../../../docs/situations.md", import.meta.url), "utf8");

  it("has every situation, every lesson, and every form of a line", () => {
    const rows = [
      ...raftSituations.map(({ name, title, like }) => `| \`${name}\` | ${title} | ${like} |`),
      ...raftLessons.map(({ name, title }) => `| \`raft/course/${name}\` | ${title} |`),
      ...[...actions, ...claims].map(({ form }) => `- \`${form}\``),
    ];
    expect(rows.filter((row) => !page.includes(`${row}\n`))).toEqual([]);
    expect(page.match(/^(\| `|- `)/gm)).toHaveLength(rows.length);
  });
});

describe("a play", () => {
  const three: Situation = { name: "test", title: "", like: "", servers: 3, play: "" };
  const played = (play: string, more: Partial<Situation> = {}) => perform({ ...three, ...more, play });

  it("says what is the case where a claim is wrong", () => {
    const { wrong, text } = played("(s1 stands; settle)\nthen s2 leads in term 1");
    expect(wrong).toEqual(['"s2 leads in term 1", but s2 follows s1 in term 1']);
    expect(text).toContain("!! no: s2 follows s1 in term 1");
  });

  it.each([
    ["s1 sings", 'at "s1 sings": no line of a play says'],
    ["then s1 sings", 'at "then s1 sings": no line'],
    ["deliver to s2", "no such message is under way"],
    ["s1 beats", "s1 waits for no heartbeat"],
    ["s9 stands", "s9 is not there"],
    ["s1 recovers", "s1 is up"],
    ["s1 is elected by s2", "s1 is not elected"],
  ])("that says %j is refused", (line, why) => {
    expect(() => played(line, { servers: line.includes("elected") ? 5 : 3 })).toThrow(why);
  });

  it("shows a safety property that breaks: leaders that commit by counting, in figure 8", () => {
    const figure8 = raftSituations.find(({ name }) => name === "figure-8")!;
    const rules = { ...figure8.options!.rules, mayCommit: () => true };
    const { violations } = perform({ ...figure8, options: { ...figure8.options, rules } });
    expect(violations.map(({ property }) => property)).toContain("LeaderCompleteness");
  });

  it("is a trace like that of any other host", () => {
    const { trace } = played("(s1 stands; settle)");
    const kinds = new Set(trace.events.map(({ kind }) => kind));
    for (const kind of ["boot", "timer", "send", "deliver", "answer"]) expect(kinds).toContain(kind);
  });
});
