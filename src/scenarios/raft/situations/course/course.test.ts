import { describe, expect, it } from "vitest";
import { prepare, runCampaign, runOnce } from "../../../../simulate/index.ts";
import {
  allCatchUp,
  bytesAtMost,
  logAtMost,
  messagesAtMost,
  noLeaderAt,
  nothingCommitted,
  oneLeaderAt,
  refusalsAtMost,
  termStays,
} from "./course-properties.ts";
import { raftCourse, raftLessons } from "./index.ts";
import { lesson } from "./lesson.ts";

const seeds = 3;

describe("MIT 6.5840's list", () => {
  raftLessons.forEach(({ name, title, properties = [], marks = [] }, at) => {
    it(`${name}: ${title}`, () => {
      const found = runCampaign(prepare(raftCourse[at]!), { runs: seeds, cover: "outside", shrinkRunsMax: 0 });
      // With one leader all along some of Raft's properties have nothing to say.
      const points = ["NNAR1", "LIN", ...properties.map(({ id }) => id)];
      const wrong = found.verdicts.filter(
        ({ property, verdict, exercised }) => verdict !== "holds" && (points.includes(property) || exercised > 0),
      );
      expect(wrong).toEqual([]);
      expect(marks.filter((mark) => !found.marks.has(`Raft: ${mark}`))).toEqual([]);
    });
  });

  const all = [0, 1, 2];

  it.each([
    ["basic-agree", oneLeaderAt([{ at: 20, among: all }])],
    ["basic-agree", noLeaderAt([{ at: 300, among: all }])],
    ["re-election", termStays(250)],
    ["basic-agree", nothingCommitted({ from: 240, to: 400 })],
    ["count", messagesAtMost("MessageCount", { from: 0, to: 130 }, 10)],
    ["rpc-bytes", bytesAtMost(90_000)],
    ["backup", refusalsAtMost({ from: 0, to: 10_000 }, 1)],
    ["snapshot-basic", logAtMost(3)],
  ])("a point that does not hold is seen, in %s: $id", (name, point) => {
    const given = raftLessons.find((one) => one.name === name)!;
    const found = runCampaign(prepare(lesson({ ...given, properties: [point] })), {
      runs: seeds,
      cover: "outside",
      shrinkRunsMax: 0,
    });
    expect(found.verdicts.find(({ property }) => property === point.id)?.verdict).toBe("violated");
  });

  it("followers that learn of no commit do not catch up, and that is seen", () => {
    const given = raftLessons.find(({ name }) => name === "basic-agree")!;
    const rules = { followerCommit: () => 0 };
    const prepared = prepare(lesson({ ...given, properties: [allCatchUp] }), {}, {}, { rules });
    const { violations } = runOnce(prepared, { kind: "seed", seed: 1, edits: [] }, { whenOwed: () => "broken" });
    expect(violations.map(({ property }) => property)).toContain("CatchUp");
  });
});
