import { describe, expect, it } from "vitest";
import { reach } from "../../../explore/index.ts";
import { prepare } from "../../../simulate/index.ts";
import { drawDiagram } from "../../../trace/index.ts";
import { couldTheseLogsBe, goalsOfLogs, type LogPicture, logsScenario } from "./log-picture.ts";

const stagesOf = (picture: LogPicture): readonly string[] => goalsOfLogs(picture).map(({ id }) => id);

describe("B32: could these logs be?", () => {
  it("3, 3 3 4 and 3 3 5: here is the run", () => {
    const stages = stagesOf([[3], [3, 3, 4], [3, 3, 5]]);
    expect(stages).toEqual(["begins-3", "term-3", "begins-4", "term-4", "begins-5", "term-5"]);
    const { outcome, run } = reach(prepare(couldTheseLogsBe), { stages, timeoutsMax: 7, arrivalsMax: 50 });
    expect(outcome).toBe("reached");
    const leaders = run!.trace.events.filter(
      ({ kind, name, data }) =>
        kind === "answer" && name === "leadership" && (data as readonly unknown[])[0] === "leader",
    );
    expect(leaders.map(({ node, data }) => [node, (data as readonly unknown[])[1]])).toEqual([
      [2, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(drawDiagram(run!.trace, { ascii: true })).toContain('answer leadership("leader", 5, 2)');
  });

  it("1 2, 2 and nothing: no run within the bounds, for the first entry of term 2 has one place", () => {
    const picture: LogPicture = [[1, 2], [2], []];
    const found = reach(prepare(logsScenario("test/logs", "", picture)), {
      stages: stagesOf(picture),
      timeoutsMax: 3,
      arrivalsMax: 50,
    });
    expect(found.stages.map(({ id, reached, cut }) => [id, reached, cut])).toEqual([
      ["begins-1", true, "goal"],
      ["term-1", true, "goal"],
      ["begins-2", true, "goal"],
      ["term-2", false, null],
    ]);
    expect([found.outcome, found.run]).toEqual(["unknown", null]);
  });
});
